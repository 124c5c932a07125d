package example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.libremb.Estimator;
import org.junit.jupiter.api.Test;

class ArtefactTest {
  @Test
  void itComesFromTheLocalRepository() {
    String place = Estimator.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    assertTrue(place.endsWith("/io/libremb/remb/0.1.0/remb-0.1.0.jar"), place);
  }
}
