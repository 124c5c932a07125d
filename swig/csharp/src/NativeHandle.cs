using System;
using System.Runtime.InteropServices;

namespace Libremb {

/// An object of C++.
internal sealed class NativeHandle : SafeHandle {
  private readonly Action<IntPtr> free;

  internal NativeHandle(IntPtr pointer, Action<IntPtr> free) : base(IntPtr.Zero, true) {
    this.free = free;
    SetHandle(pointer);
  }

  /// <inheritdoc/>
  public override bool IsInvalid {
    get { return handle == IntPtr.Zero; }
  }

  /// <inheritdoc/>
  protected override bool ReleaseHandle() {
    free(handle);
    return true;
  }
}

}
