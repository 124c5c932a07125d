using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Xml;

/// Marks what Testing runs.
[AttributeUsage(AttributeTargets.Method)]
class TestAttribute : Attribute {}

/// What these tests need of a test framework, of which Debian has none for Mono.
static class Testing {
  public static void True(bool condition, string what) {
    if (!condition) throw new Exception("not so: " + what);
  }

  public static void Equal<T>(T expected, T actual, string what) {
    if (!EqualityComparer<T>.Default.Equals(expected, actual)) {
      throw new Exception(what + ": expected " + expected + ", was " + actual);
    }
  }

  public static void Same<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what) {
    if (!expected.SequenceEqual(actual)) {
      throw new Exception(what + ": expected " + string.Join(" ", expected) + ", was " + string.Join(" ", actual));
    }
  }

  public static T Throws<T>(Action action, string what) where T : Exception {
    try {
      action();
    } catch (T exception) {
      return exception;
    }
    throw new Exception(what + ": no " + typeof(T).Name);
  }

  /// Runs every test of this program. Returns the exit code. Bazel reads the report.
  static int Main() {
    var failed = 0;
    var report = new XmlDocument();
    var suite = report.AppendChild(report.CreateElement("testsuites")).AppendChild(report.CreateElement("testsuite"));
    var tests = Assembly.GetExecutingAssembly().GetTypes().SelectMany(type => type.GetMethods(
        BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public));
    foreach (var test in tests.Where(method => method.IsDefined(typeof(TestAttribute)))) {
      var watch = Stopwatch.StartNew();
      var outcome = "ok    ";
      string why = null;
      try {
        test.Invoke(null, null);
      } catch (TargetInvocationException exception) {
        outcome = "FAILED";
        why = exception.InnerException.ToString();
        ++failed;
      }
      Console.WriteLine("{0} {1}.{2} ({3} ms)", outcome, test.DeclaringType.Name, test.Name, watch.ElapsedMilliseconds);
      if (why != null) Console.WriteLine(why);
      var entry = report.CreateElement("testcase");
      entry.SetAttribute("classname", test.DeclaringType.Name);
      entry.SetAttribute("name", test.Name);
      entry.SetAttribute("time", XmlConvert.ToString(watch.Elapsed.TotalSeconds));
      if (why != null) entry.AppendChild(report.CreateElement("failure")).InnerText = why;
      suite.AppendChild(entry);
    }
    var file = Environment.GetEnvironmentVariable("XML_OUTPUT_FILE");
    if (file != null) report.Save(file);
    return failed == 0 ? 0 : 1;
  }
}
