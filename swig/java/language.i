// Java, package io.libremb: RTP bytes are read where they lie in a byte[] or a direct ByteBuffer, SSRCs and columns are
// arrays, errors are RembException, an Estimator is AutoCloseable, and a Cleaner frees what is forgotten.

%{
#include <algorithm>
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
    values->assign(wide.begin(), wide.end());
    if (!std::equal(wide.begin(), wide.end(), values->begin())) throw remb::Error(REMB_ERR_ARGUMENT);
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
%pragma(java) moduleimports=%{
/** libremb's constants, and what needs no estimator. */%}
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

%include "bytes.i"
