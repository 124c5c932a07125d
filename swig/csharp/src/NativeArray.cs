using System;
using System.Runtime.InteropServices;

namespace Libremb {

/// As language.i's struct of that name: elements that are pinned, or that the native side has allocated.
[StructLayout(LayoutKind.Sequential)]
internal struct NativeArray {
  private readonly IntPtr data;
  private readonly int size;

  internal unsafe NativeArray(void* data, int size) {
    this.data = (IntPtr)data;
    this.size = size;
  }

  // A copy of what the native side has allocated, which is freed.

  internal byte[] TakeBytes() {
    var values = new byte[size];
    Marshal.Copy(data, values, 0, size);
    RembPINVOKE.Free(data);
    return values;
  }

  internal uint[] TakeUInts() {
    var values = new uint[size];
    Marshal.Copy(data, (int[])(object)values, 0, size);  // the same 32 bits
    RembPINVOKE.Free(data);
    return values;
  }
}

}
