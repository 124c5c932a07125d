using System;

namespace Libremb {

/// <summary>A call of libremb failed; nothing has changed. Its message says why in a few words.</summary>
public class RembException : Exception {
  internal RembException(int status, string message) : base(message) {
    Status = status;
  }

  /// <summary>Which error: one of <see cref="Remb"/>.ERR_*.</summary>
  public int Status { get; private set; }
}

}
