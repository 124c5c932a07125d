// C#: what comes in as ReadOnlySpan or Span is pinned for the time of a call and read and written where it lies; bytes and
// SSRCs come back as byte[] and uint[]. src/ has what is written by hand.

%{
#include <cstdlib>
#include <cstring>
#include <new>

static std::unique_lock<std::mutex> Lock(remb::SharedEstimator& estimator) {
  return std::unique_lock<std::mutex>(estimator.mutex());
}

// As NativeArray in C#.
struct NativeArray {
  void* data;
  int32_t size;
};

// Of no elements, C# has no address, but libremb wants one.
template <typename T>
static std::span<T> ToSpan(const NativeArray& array) {
  static std::remove_const_t<T> none;
  T* first = array.data == nullptr ? &none : static_cast<T*>(array.data);
  return {first, static_cast<size_t>(array.size)};
}

// To be freed by CSharp_Free.
template <typename T>
static NativeArray ToNative(const std::vector<T>& values) {
  const size_t bytes = values.size() * sizeof(T);
  void* data = std::malloc(bytes > 0 ? bytes : 1);
  if (data == nullptr) throw std::bad_alloc();
  if (bytes > 0) std::memcpy(data, values.data(), bytes);
  return {data, static_cast<int32_t>(values.size())};
}

extern "C" SWIGEXPORT void SWIGSTDCALL CSharp_Free(void* data) { std::free(data); }

// RembException, which has the ERR_* value, is made in C#.
using SetError = void(SWIGSTDCALL*)(int32_t status, const char* text);
static SetError set_error = nullptr;
extern "C" SWIGEXPORT void SWIGSTDCALL CSharp_RegisterError(SetError callback) { set_error = callback; }
%}

// Parameters have C#'s habit too. Members of that name keep theirs in C++, and get their habit by the rule of remb.i.
#define now_us nowUs
#define rtt_us rttUs
#define bitrate_bps bitrateBps
%{
#define bitrateBps bitrate_bps
%}

%pragma(csharp) imclassclassmodifiers="internal class"
%pragma(csharp) imclassimports=%{
using System;
using System.Runtime.InteropServices;
%}
%pragma(csharp) imclasscode=%{
  [DllImport("$dllimport", EntryPoint = "CSharp_Free")]
  internal static extern void Free(IntPtr data);

  private delegate void SetError(int status, IntPtr text);

  [DllImport("$dllimport", EntryPoint = "CSharp_RegisterError")]
  private static extern void RegisterError(SetError callback);

  // Held here, as the native side's pointer to it is none that the garbage collector sees.
  private static readonly SetError setError = (status, text) =>
      SWIGPendingException.Set(new RembException(status, Marshal.PtrToStringAnsi(text)));

  internal static readonly bool errorsAreRegistered = Register();

  private static bool Register() {
    RegisterError(setError);
    return true;
  }
%}

%define %rethrow(NAME, FIRST)
%feature("except", canthrow="1") NAME {
  try {
    FIRST
    $action
  } catch (const remb::Error& error) {
    set_error(error.status(), error.what());
    return $null;
  } catch (const std::bad_alloc&) {
    SWIG_CSharpSetPendingException(SWIG_CSharpOutOfMemoryException, "libremb");
    return $null;
  }
}
%enddef

// Objects of C++ are kept by a SafeHandle: it frees what nobody disposed of, frees nothing that another thread is using, and
// passes nothing on that is freed.
%typemap(imtype, out="global::System.IntPtr") SWIGTYPE *, SWIGTYPE & "NativeHandle"
%typemap(csclassmodifiers) SWIGTYPE "public partial class"
%typemap(csbody) SWIGTYPE %{
  private readonly NativeHandle handle;
  // The handle is closed when the last call that uses it ends, which may take long if there always is one.
  private volatile bool disposed;

  internal $csclassname(global::System.IntPtr pointer, bool owned) {
    handle = new NativeHandle(pointer, Free);
  }

  private NativeHandle swigCPtr {
    get {
      if (disposed) throw new global::System.ObjectDisposedException(GetType().FullName);
      return handle;
    }
  }

  // Null is found here, not when the call begins: Mono would then hold on to the handles before it for ever.
  internal static NativeHandle getCPtr($csclassname obj) {
    if (obj == null) throw new global::System.ArgumentNullException(null, "a $csclassname is null");
    return obj.swigCPtr;
  }

  [global::System.Runtime.InteropServices.DllImport("remb_csharp", EntryPoint = "CSharp_Libremb_delete_$csclassname")]
  private static extern void Free(global::System.IntPtr pointer);
%}
%typemap(csdispose) SWIGTYPE %{
  /// <summary>Frees what is native. A use after that is an ObjectDisposedException; another Dispose does nothing.</summary>
  public void Dispose() {
    Dispose(true);
    global::System.GC.SuppressFinalize(this);
  }
%}
%typemap(csdisposing, methodname="Dispose", methodmodifiers="internal", parameters="bool disposing") SWIGTYPE {
    if (!disposing) return;
    disposed = true;
    handle.Dispose();
  }
%ignore remb::SharedEstimator::Close;
%nodefaultctor remb::Stats;
%nodefaultctor remb::StreamStats;

%pragma(csharp) moduleclassmodifiers="/// <summary>Constants, and what needs no estimator.</summary>\npublic static class"

// What remb.h's comments leave to the names.
%define %summary(NAME, TEXT)
%csmethodmodifiers NAME "/// <summary>TEXT</summary>
  public"
%enddef
%summary(MAX_TIME_US, The latest time that is taken.);
%summary(remb::Config::Config, Every default.);
%summary(remb::Stream::Stream, Of this SSRC.);
%summary(remb::Stream::ssrc, Which stream.);
%summary(remb::StreamStats::ssrc, Which stream.);
%summary(remb::Packet::Packet, Nothing is present yet.);
%summary(remb::Packet::ssrc, Of which stream.);
%summary(remb::Packet::arrival_us, When it arrived.);
%summary(remb::Message::Message, Without a rate and SSRCs.);
%summary(remb::Message::bitrate_bps, What the sender is to send at most.);

%define %array(TYPE, ELEMENT, SPAN, CSHARP)
%typemap(ctype) TYPE "NativeArray"
%typemap(imtype) TYPE "NativeArray"
%typemap(cstype) TYPE "global::System.SPAN<CSHARP>"
%typemap(csin,
         pre="    unsafe { fixed (CSHARP* swig_$csinput = "
             "&global::System.Runtime.InteropServices.MemoryMarshal.GetReference($csinput)) {",
         terminator="    } }")
  TYPE "new NativeArray(swig_$csinput, $csinput.Length)"
%typemap(in) TYPE "$1 = ToSpan<ELEMENT>($input);"
%enddef
%array(std::span<const uint8_t>, const uint8_t, ReadOnlySpan, byte)
%array(std::span<const int32_t>, const int32_t, ReadOnlySpan, int)
%array(std::span<const uint32_t>, const uint32_t, ReadOnlySpan, uint)
%array(std::span<const int64_t>, const int64_t, ReadOnlySpan, long)
%array(std::span<int32_t>, int32_t, Span, int)
%array(std::span<int64_t>, int64_t, Span, long)
%array(const std::vector<uint32_t>&, const uint32_t, ReadOnlySpan, uint)
%typemap(in) const std::vector<uint32_t>& (std::vector<uint32_t> values) {
  const std::span<const uint32_t> span = ToSpan<const uint32_t>($input);
  values.assign(span.begin(), span.end());
  $1 = &values;
}

%define %array_result(TYPE, CSHARP, TAKE)
%typemap(ctype, out="NativeArray") TYPE "NativeArray"
%typemap(imtype) TYPE "NativeArray"
%typemap(cstype) TYPE "CSHARP[]"
%typemap(csout, excode=SWIGEXCODE) TYPE {
    var native = $imcall;$excode
    return native.TAKE();
  }
%typemap(out, null="NativeArray{}") TYPE "$result = ToNative($1);"
%enddef
%array_result(std::vector<uint8_t>, byte, TakeBytes)
%array_result(std::vector<uint32_t>, uint, TakeUInts)

// src/Estimator.cs has these with parameters that may be left out.
%csmethodmodifiers remb::SharedEstimator::OnPackets "private";
%rename(OnPacketsNative) remb::SharedEstimator::OnPackets;
