// Java, package io.libremb: RTP bytes are read where they lie in a byte[] or a direct ByteBuffer, SSRCs and columns are
// arrays, errors are RembException, an Estimator is AutoCloseable, and a Cleaner frees what is forgotten.

%{
#include <cstdint>
#include <mutex>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

namespace {

std::unique_lock<std::mutex> Lock(remb::SharedEstimator& estimator) {
  return std::unique_lock(estimator.mutex());
}

void Throw(JNIEnv* jenv, const remb::Error& error) {
  if (error.status() == REMB_ERR_NULL) {
    SWIG_JavaThrowException(jenv, SWIG_JavaIllegalStateException, "the estimator is closed");
    return;
  }
  // Where one of these fails, an exception of its own has been thrown.
  jclass type = jenv->FindClass("io/libremb/RembException");
  if (type == nullptr) return;
  jmethodID create = jenv->GetMethodID(type, "<init>", "(ILjava/lang/String;)V");
  jstring message = create != nullptr ? jenv->NewStringUTF(error.what()) : nullptr;
  if (message == nullptr) return;
  jobject exception = jenv->NewObject(type, create, static_cast<jint>(error.status()), message);
  if (exception != nullptr) jenv->Throw(static_cast<jthrowable>(exception));
}

// Part of a byte[], held where it lies for as long as this lives. Meanwhile nothing may be asked of the JVM or waited for:
// the lock is to be taken before, an exception thrown after it.
class PinnedBytes {
 public:
  PinnedBytes(JNIEnv* jenv, jbyteArray array, int32_t offset, int32_t size)
      : jenv_(jenv), array_(array), first_(jenv->GetPrimitiveArrayCritical(array, nullptr)) {
    if (first_ == nullptr) throw std::bad_alloc();
    bytes_ = {static_cast<const uint8_t*>(first_) + offset, static_cast<size_t>(size)};
  }
  ~PinnedBytes() { jenv_->ReleasePrimitiveArrayCritical(array_, first_, JNI_ABORT); }
  PinnedBytes(const PinnedBytes&) = delete;
  PinnedBytes& operator=(const PinnedBytes&) = delete;
  operator std::span<const uint8_t>() const { return bytes_; }

 private:
  JNIEnv* jenv_;
  jbyteArray array_;
  void* first_;
  std::span<const uint8_t> bytes_;
};

std::span<const uint8_t> DirectBytes(JNIEnv* jenv, jobject buffer, int32_t offset, int32_t size) {
  const void* first = jenv->GetDirectBufferAddress(buffer);
  return {static_cast<const uint8_t*>(first) + offset, static_cast<size_t>(size)};
}

void Read(JNIEnv* jenv, jlongArray array, jsize size, jlong* values) {
  jenv->GetLongArrayRegion(array, 0, size, values);
}
void Read(JNIEnv* jenv, jintArray array, jsize size, jint* values) {
  jenv->GetIntArrayRegion(array, 0, size, values);
}
void Write(JNIEnv* jenv, jlongArray array, jsize size, const jlong* values) {
  jenv->SetLongArrayRegion(array, 0, size, values);
}
void Write(JNIEnv* jenv, jintArray array, jsize size, const jint* values) {
  jenv->SetIntArrayRegion(array, 0, size, values);
}

// A copy of an array, none of null. False after it has thrown: no memory, or a long beyond 32 bits.
template <typename Array, typename Value>
bool FromJava(JNIEnv* jenv, Array array, std::vector<Value>* values) try {
  using Java = std::conditional_t<std::is_same_v<Array, jlongArray>, jlong, jint>;
  if (array == nullptr) return true;
  const jsize size = jenv->GetArrayLength(array);
  if constexpr (std::is_same_v<Java, Value>) {
    values->resize(static_cast<size_t>(size));
    Read(jenv, array, size, values->data());
  } else {
    std::vector<Java> wide(static_cast<size_t>(size));
    Read(jenv, array, size, wide.data());
    values->reserve(wide.size());
    for (Java value : wide) {
      values->push_back(static_cast<Value>(value));
      if (values->back() != value) throw remb::Error(REMB_ERR_ARGUMENT);
    }
  }
  return true;
} catch (const remb::Error& error) {
  Throw(jenv, error);
  return false;
} catch (const std::bad_alloc&) {
  SWIG_JavaThrowException(jenv, SWIG_JavaOutOfMemoryError, "libremb: no memory");
  return false;
}

jlongArray ToJava(JNIEnv* jenv, const std::vector<uint32_t>& ssrcs) {
  const jsize size = static_cast<jsize>(ssrcs.size());
  jlongArray array = jenv->NewLongArray(size);
  if (array != nullptr) Write(jenv, array, size, std::vector<jlong>(ssrcs.begin(), ssrcs.end()).data());
  return array;
}

jbyteArray ToJava(JNIEnv* jenv, const std::vector<uint8_t>& bytes) {
  const jsize size = static_cast<jsize>(bytes.size());
  jbyteArray array = jenv->NewByteArray(size);
  if (array != nullptr) {
    jenv->SetByteArrayRegion(array, 0, size, reinterpret_cast<const jbyte*>(bytes.data()));
  }
  return array;
}

}  // namespace
%}

%define %rethrow(NAME, FIRST)
%exception NAME {
  try {
    FIRST
    $action
  } catch (const remb::Error& error) {
    Throw(jenv, error);
    return $null;
  } catch (const std::bad_alloc&) {
    SWIG_JavaThrowException(jenv, SWIG_JavaOutOfMemoryError, "libremb: no memory");
    return $null;
  }
}
%enddef

// ---- Lives ----

%typemap(javaclassmodifiers) SWIGTYPE "public final class"
%typemap(javafinalize) SWIGTYPE ""
%typemap(javadestruct, methodname="", methodmodifiers="", parameters="") SWIGTYPE ""
%typemap(javabody) SWIGTYPE %{
  private final long swigCPtr;

  $javaclassname(long pointer, boolean owned) {
    swigCPtr = pointer;
    NativeLibrary.CLEANER.register(this, () -> $imclassname.delete_$javaclassname(pointer));
  }

  static long getCPtr($javaclassname object) {
    return object == null ? 0 : object.swigCPtr;
  }
%}
%typemap(javainterfaces) remb::SharedEstimator "AutoCloseable"
%javamethodmodifiers remb::SharedEstimator::Close "@Override\n  public"

%pragma(java) jniclassclassmodifiers="final class"
%pragma(java) moduleclassmodifiers="public final class"
%pragma(java) jniclasscode=%{
  static {
    NativeLibrary.load();
  }
%}

// ---- Numbers and arrays ----

// A long: Java's int has no room for half of them.
%typemap(in) uint32_t {
  if ($input < 0 || $input > UINT32_MAX) {
    Throw(jenv, remb::Error(REMB_ERR_ARGUMENT));
    return $null;
  }
  $1 = static_cast<uint32_t>($input);
}

%define %java_array(JNI, JAVA, TYPE...)
%typemap(jni) TYPE #JNI
%typemap(jtype) TYPE #JAVA
%typemap(jstype) TYPE #JAVA
%typemap(javain) TYPE "$javainput"
%typemap(javaout) TYPE { return $jnicall; }
%enddef
%java_array(jbyteArray, byte[], std::vector<uint8_t>)
%java_array(jlongArray, long[], std::vector<uint32_t>, const std::vector<uint32_t>&)
%java_array(jlongArray, long[], std::span<const int64_t>, std::span<const uint32_t>, std::span<int64_t>)
%java_array(jintArray, int[], std::span<const int32_t>, std::span<int32_t>)

%typemap(javain) const std::vector<uint32_t>& "java.util.Objects.requireNonNull($javainput)"
%typemap(out) std::vector<uint8_t>, std::vector<uint32_t> "$result = ToJava(jenv, $1);"
%typemap(in) const std::vector<uint32_t>& (std::vector<uint32_t> values) {
  if (!FromJava(jenv, $input, &values)) return $null;
  $1 = &values;
}
%typemap(in) std::span<const int64_t> (std::vector<jlong> values), std::span<int64_t> (std::vector<jlong> values),
             std::span<const int32_t> (std::vector<jint> values), std::span<int32_t> (std::vector<jint> values) {
  if (!FromJava(jenv, $input, &values)) return $null;
  $1 = values;
}
%typemap(in) std::span<const uint32_t> (std::vector<uint32_t> values) {
  if (!FromJava(jenv, $input, &values)) return $null;
  $1 = values;
}
%typemap(argout) std::span<int64_t>, std::span<int32_t> {
  if ($input != nullptr) Write(jenv, $input, static_cast<jsize>($1.size()), values$argnum.data());
}

// ---- RTP and RTCP bytes ----

%typemap(in, numinputs=0) JNIEnv* jenv "$1 = jenv;"
%typemap(jtype) jobject buffer "java.nio.ByteBuffer"
%typemap(jstype) jobject buffer "java.nio.ByteBuffer"

%ignore remb::SharedEstimator::OnRtpPacket;
%javamethodmodifiers remb::SharedEstimator::OnRtpArray "private"
%javamethodmodifiers remb::SharedEstimator::OnRtpBuffer "private"
%rethrow(remb::SharedEstimator::OnRtpArray, auto lock = Lock(*arg1);)
%rethrow(remb::SharedEstimator::OnRtpBuffer, auto lock = Lock(*arg1);)
%extend remb::SharedEstimator {
  int32_t OnRtpArray(JNIEnv* jenv, int64_t now_us, jbyteArray rtp, int32_t offset, int32_t size) {
    return $self->OnRtpPacket(now_us, PinnedBytes(jenv, rtp, offset, size));
  }
  int32_t OnRtpBuffer(JNIEnv* jenv, int64_t now_us, jobject buffer, int32_t offset, int32_t size) {
    return $self->OnRtpPacket(now_us, DirectBytes(jenv, buffer, offset, size));
  }
}

%ignore remb::Message::Parse;
%javamethodmodifiers remb::Message::ParseArray "private"
%javamethodmodifiers remb::Message::ParseBuffer "private"
%rethrow(remb::Message::ParseArray, )
%rethrow(remb::Message::ParseBuffer, )
%extend remb::Message {
  static remb::Message ParseArray(JNIEnv* jenv, jbyteArray rtcp, int32_t offset, int32_t size) {
    return remb::Message::Parse(PinnedBytes(jenv, rtcp, offset, size));
  }
  static remb::Message ParseBuffer(JNIEnv* jenv, jobject buffer, int32_t offset, int32_t size) {
    return remb::Message::Parse(DirectBytes(jenv, buffer, offset, size));
  }
}

%typemap(javacode) remb::SharedEstimator %{
  /**
   * Takes an RTP packet with its arrival time: see {@link #onRtpPacket(long, byte[], int, int)}.
   *
   * @param nowUs the time of any monotonic clock, in microseconds
   * @param rtp the packet
   * @return facts: 0 or more of {@link Remb#ESTIMATE_UPDATED} and {@link Remb#DUE}
   */
  public int onRtpPacket(long nowUs, byte[] rtp) {
    return onRtpArray(nowUs, rtp, 0, rtp.length);
  }

  /**
   * Takes an RTP packet (RFC 3550; header extensions by RFC 8285) with its arrival time. RTX, FEC and
   * padding-only packets count too. It may also be SRTP, whose header is in clear; the tag then counts. The
   * bytes are read where they lie, and only during the call.
   *
   * @param nowUs the time of any monotonic clock, in microseconds
   * @param rtp an array with the packet
   * @param offset where in the array it begins
   * @param length its bytes
   * @return facts: 0 or more of {@link Remb#ESTIMATE_UPDATED} and {@link Remb#DUE}
   * @throws RembException with {@link Remb#ERR_ARGUMENT} (longer than 65 535), {@link Remb#ERR_TIME},
   *     {@link Remb#ERR_MALFORMED} or {@link Remb#ERR_NO_MEMORY}
   * @throws IllegalStateException if the estimator is closed
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public int onRtpPacket(long nowUs, byte[] rtp, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, rtp.length);
    return onRtpArray(nowUs, rtp, offset, length);
  }

  /**
   * The same for a buffer's remaining bytes; its position stays. Those of a direct buffer, or of one that has
   * an array, are read where they lie.
   *
   * @param nowUs the time of any monotonic clock, in microseconds
   * @param rtp the packet
   * @return facts: 0 or more of {@link Remb#ESTIMATE_UPDATED} and {@link Remb#DUE}
   */
  public int onRtpPacket(long nowUs, java.nio.ByteBuffer rtp) {
    if (rtp.isDirect()) return onRtpBuffer(nowUs, rtp, rtp.position(), rtp.remaining());
    java.nio.ByteBuffer bytes = Buffers.withArray(rtp);
    return onRtpArray(nowUs, bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }

  /**
   * Takes many packets, in order: see {@link #onPackets(PacketColumns, long[], int[])}.
   *
   * @param packets the packets
   * @return the facts of all packets together
   */
  public int onPackets(PacketColumns packets) {
    return onPackets(packets, null, null);
  }

  /**
   * Takes many packets, in order, as {@link #onPacket(Packet)} takes one. All are checked before any is taken.
   *
   * @param packets the packets
   * @param estimateBps null, or gets {@link #estimate()} after each packet
   * @param facts null, or gets what {@code onPacket} would have returned for each packet
   * @return the facts of all packets together
   * @throws RembException with {@link Remb#ERR_ARGUMENT} (also for arrays of unlike lengths),
   *     {@link Remb#ERR_TIME} or {@link Remb#ERR_NO_MEMORY}
   * @throws IllegalStateException if the estimator is closed
   */
  public int onPackets(PacketColumns packets, long[] estimateBps, int[] facts) {
    return onPackets(packets.arrivalUs, packets.ssrc, packets.payloadBytes, packets.absSendTime,
        packets.rtpTimestamp, packets.transmissionOffset, packets.sequenceNumber, packets.absCaptureTime,
        packets.captureClockOffset, packets.stamps, estimateBps, facts);
  }
%}
%javamethodmodifiers remb::SharedEstimator::OnPackets "private"

%typemap(javacode) remb::Message %{
  /**
   * Reads the first REMB of an RTCP packet: see {@link #parse(byte[], int, int)}.
   *
   * @param rtcp the packet
   * @return the REMB
   */
  public static Message parse(byte[] rtcp) {
    return parseArray(rtcp, 0, rtcp.length);
  }

  /**
   * Reads the first REMB of an RTCP packet, which may be compound. A rate beyond 2^63 - 1 becomes that.
   *
   * @param rtcp an array with the packet
   * @param offset where in the array it begins
   * @param length its bytes
   * @return the REMB
   * @throws RembException with {@link Remb#ERR_MALFORMED} or {@link Remb#ERR_NOT_FOUND}
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Message parse(byte[] rtcp, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, rtcp.length);
    return parseArray(rtcp, offset, length);
  }

  /**
   * The same for a buffer's remaining bytes; its position stays.
   *
   * @param rtcp the packet
   * @return the REMB
   */
  public static Message parse(java.nio.ByteBuffer rtcp) {
    if (rtcp.isDirect()) return parseBuffer(rtcp, rtcp.position(), rtcp.remaining());
    java.nio.ByteBuffer bytes = Buffers.withArray(rtcp);
    return parseArray(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }
%}
