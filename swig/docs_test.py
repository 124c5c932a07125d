"""The headers' comments reach help(), Javadoc and C#'s XML documentation, in each language's names."""

import inspect
import os
import re
import xml.etree.ElementTree

import remb

# What only C and C++ call so.
FOREIGN = re.compile(r"\bremb_(?!sent|interval|start|min|fall|rise)|REMB_[A-Z]|SharedEstimator|::|\bNULL\b|\*message")

CLASSES = [remb.Config, remb.Stream, remb.Packet, remb.Stats, remb.StreamStats, remb.Message, remb.Estimator]


def test_python():
    documented = 0
    for cls in CLASSES:
        assert cls.__doc__, cls
        for name, member in inspect.getmembers(cls):
            if name.startswith("_") or name in ("thisown", "this"):
                continue
            doc = inspect.getdoc(member)
            assert doc, f"{cls.__name__}.{name} has no documentation"
            assert not FOREIGN.search(doc), f"{cls.__name__}.{name}: {doc}"
            documented += 1
    assert documented > 90, documented
    assert "1 000 to 1 000 000; 0: the config's." == inspect.getdoc(remb.Stream.clock_rate_hz)
    doc = inspect.getdoc(remb.Estimator.set_rtt)
    assert doc.startswith("The round-trip time, 0 to 60 000 000.") and doc.endswith(
        "Raises remb.Error with ERR_ARGUMENT."
    )
    assert "NULL" not in (doc := inspect.getdoc(remb.Estimator.poll)) and "may be None" not in doc
    assert "Returns facts as on_rtp_packet does." in inspect.getdoc(remb.Estimator.on_packet)


def sources(folder, extension):
    for name in sorted(os.listdir(folder) if os.path.isdir(folder) else []):
        if name.endswith(extension):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield name, file.read()


def test_java():
    found = dict(sources("swig/java/sources/io/libremb", ".java"))
    if not found:
        print("skipped: no Java sources were made, as there is no JDK here")
        return
    comments = [text for source in found.values() for text in re.findall(r"/\*\*(.*?)\*/", source, re.S)]
    assert len(comments) > 150, len(comments)
    for comment in comments:
        assert not FOREIGN.search(comment), comment
    estimator = found["Estimator.java"]
    assert "   * @throws RembException with ERR_ARGUMENT.\n   */\n  public void setRtt(long rttUs) {" in estimator, (
        "setRtt has not its documentation"
    )
    assert "The earlier of" not in estimator and "Long.MAX_VALUE: not before another packet" in estimator
    # Without a call: fit for a switch.
    assert "int CLOCK_NONE = -1;" in found["RembConstants.java"]


def test_csharp():
    found = dict(sources("swig/csharp/sources", ".cs"))
    if not found:
        print("skipped: no C# sources were made, as there is no C# here")
        return
    count = 0
    for name, source in found.items():
        for block in re.findall(r"(?:^ *///.*\n)+", source, re.M):
            text = re.sub(r"^ */// ?", "", block, flags=re.M)
            xml.etree.ElementTree.fromstring(f"<member>{text}</member>")
            assert not FOREIGN.search(text), f"{name}: {text}"
            count += 1
    assert count > 150, count
    assert (
        '<exception cref="RembException">With ERR_ARGUMENT.</exception>\n  public void SetRtt(long rttUs) {'
        in found["Estimator.cs"]
    ), "SetRtt has not its documentation"
    assert "const int CLOCK_NONE = -1;" in found["Remb.cs"]


if __name__ == "__main__":
    test_python()
    test_java()
    test_csharp()
