package io.libremb;

/** A call of libremb failed; nothing has changed. {@link #getMessage()} says why in a few words. */
public class RembException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  RembException(int status, String message) {
    super(message);
    this.status = status;
  }

  /**
   * Which error.
   *
   * @return one of {@link Remb}{@code .ERR_*}
   */
  public int getStatus() {
    return status;
  }
}
