package io.libremb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the native library comes from, in a JVM of its own for each way. */
class NativeLibraryTest {
  private static final String FILE =
      "META-INF/native/" + NativeLibrary.platform() + "/libremb_jni.so";

  @TempDir Path folder;
  private Path classes; // a copy of ours, to take the library from
  private Path tmp;

  /** Says where the library was loaded from; a file that was deleted meanwhile included. */
  public static final class Main {
    public static void main(String[] args) throws IOException {
      Remb.version();
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        if (line.contains("remb_jni")) {
          System.out.println(line.substring(line.indexOf('/')));
          return;
        }
      }
    }
  }

  @BeforeEach
  void copyClasses() throws Exception {
    classes = folder.resolve("classes");
    tmp = Files.createDirectory(folder.resolve("tmp"));
    for (Class<?> part : List.of(Estimator.class, Main.class)) {
      Path source = Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Path copy = classes.resolve(source.relativize(file).toString());
          if (!Files.isDirectory(copy)) Files.copy(file, copy);
        }
      }
    }
  }

  private String run(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + tmp);
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classes.toString(), Main.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.trim();
  }

  /** Takes it out of the classes. */
  private Path moveLibrary() throws IOException {
    return Files.move(classes.resolve(FILE), folder.resolve("libremb_jni.so"));
  }

  @Test
  void fromTheJarAndLeavesNothingBehind() throws Exception {
    String loaded = run();
    assertTrue(loaded.startsWith(tmp + "/libremb_jni") && loaded.endsWith("(deleted)"), loaded);
    try (Stream<Path> left = Files.list(tmp)) {
      assertFalse(left.anyMatch(file -> file.getFileName().toString().startsWith("libremb")));
    }
  }

  @Test
  void fromTheProperty() throws Exception {
    Path library = folder.resolve("other.remb_jni.so");
    Files.copy(classes.resolve(FILE), library);
    assertEquals(library.toString(), run("-Dio.libremb.library=" + library));
  }

  @Test
  void fromTheLibraryPath() throws Exception {
    Path library = moveLibrary();
    assertEquals(library.toString(), run("-Djava.library.path=" + folder));
  }

  @Test
  void orSaysWhereItLooked() throws Exception {
    moveLibrary();
    String output = run("-Djava.library.path=" + tmp);
    assertTrue(output.contains("UnsatisfiedLinkError: libremb: the jar has no /" + FILE), output);
    assertTrue(output.contains("java.library.path no libremb_jni"), output);
  }

  @Test
  void orSaysWhatIsWrongWithIt() throws Exception {
    Files.write(moveLibrary().resolveSibling("classes/" + FILE), new byte[] {1});
    String output = run();
    assertTrue(output.contains("UnsatisfiedLinkError: libremb: could not load"), output);
    try (Stream<Path> left = Files.list(tmp)) {
      assertFalse(left.anyMatch(file -> file.getFileName().toString().startsWith("libremb")));
    }
  }
}
