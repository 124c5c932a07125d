package io.libremb;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Finds and loads libremb_jni.so, and frees what is native and was forgotten. */
final class NativeLibrary {
  static final Cleaner CLEANER = Cleaner.create();

  private static final String PROPERTY = "io.libremb.library";

  private NativeLibrary() {}

  /**
   * Loads the file that the system property io.libremb.library names; without it the one in the
   * jar; and for a platform that the jar lacks, the one in java.library.path.
   */
  static void load() {
    String file = System.getProperty(PROPERTY);
    if (file != null) {
      System.load(new File(file).getAbsolutePath());
      return;
    }
    String resource =
        "/META-INF/native/" + platform() + "/" + System.mapLibraryName("remb_jni");
    try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
      if (library != null) {
        loadCopy(library);
      } else {
        loadFromPath(resource);
      }
    } catch (IOException e) {
      throw linkError("libremb: could not copy its native library out of the jar", e);
    }
  }

  // Only files can be loaded. createTempFile makes a new one that only its owner may write, so nobody
  // else can put a library of theirs in its place. Once loaded it is needed no more.
  private static void loadCopy(InputStream library) throws IOException {
    Path copy = Files.createTempFile("libremb_jni", ".so");
    try {
      try (OutputStream file = Files.newOutputStream(copy)) {
        library.transferTo(file);
      }
      System.load(copy.toString());
    } catch (UnsatisfiedLinkError e) {
      throw linkError(
          "libremb: could not load " + copy + " (a folder where nothing may be executed? Set"
              + " java.io.tmpdir to another, or " + PROPERTY + " to a libremb_jni.so)", e);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private static void loadFromPath(String resource) {
    try {
      System.loadLibrary("remb_jni");
    } catch (UnsatisfiedLinkError e) {
      throw linkError(
          "libremb: the jar has no " + resource + ", java.library.path no libremb_jni, and "
              + PROPERTY + " is not set", e);
    }
  }

  private static UnsatisfiedLinkError linkError(String message, Throwable cause) {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
    error.initCause(cause);
    return error;
  }

  /** The folder's name: linux-x86_64, linux-aarch64. */
  static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    return os + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }
}
