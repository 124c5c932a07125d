package io.libremb;

import java.nio.ByteBuffer;

/** What the native side can't read where it lies. */
final class Buffers {
  private Buffers() {}

  /** The buffer itself, or a copy of its remaining bytes if its array may not be touched. */
  static ByteBuffer withArray(ByteBuffer buffer) {
    if (buffer.hasArray()) return buffer;
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
