// Python: anything with the buffer protocol (bytes, bytearray, memoryview, numpy's arrays) is read where it lies; bytes and
// lists come back. Compiles for CPython 3.9 and later, and by the limited API of 3.11, the first with buffers.

%{
#include <cstring>
#include <new>
#include <string>
#include <type_traits>

// Waits for another thread's call without the GIL, which that call takes back before it ends.
static std::unique_lock<std::mutex> Lock(remb::SharedEstimator& estimator) {
  std::unique_lock<std::mutex> lock(estimator.mutex(), std::try_to_lock);
  if (!lock.owns_lock()) {
    Py_BEGIN_ALLOW_THREADS
    lock.lock();
    Py_END_ALLOW_THREADS
  }
  return lock;
}

// Lets other threads run Python while it lives.
class GilRelease {
 public:
  GilRelease() : state_(PyEval_SaveThread()) {}
  ~GilRelease() { PyEval_RestoreThread(state_); }
  GilRelease(const GilRelease&) = delete;

 private:
  PyThreadState* state_;
};

static void RaiseError(const remb::Error& error) {
  const bool closed = error.status() == REMB_ERR_NULL;  // has no other cause here
  const char* text = closed ? "the estimator is closed" : error.what();
  PyObject* module = PyImport_ImportModule("remb._error");
  PyObject* type = module == nullptr ? nullptr : PyObject_GetAttrString(module, "Error");
  PyObject* raised = type == nullptr ? nullptr : PyObject_CallFunction(type, "is", error.status(), text);
  if (raised != nullptr) PyErr_SetObject(type, raised);
  Py_XDECREF(raised);
  Py_XDECREF(type);
  Py_XDECREF(module);
}

// A buffer's elements, while it lives. Nothing but contiguous ones of exactly this type are taken.
template <typename Element>
class Elements {
 public:
  ~Elements() {
    if (view_.obj != nullptr) PyBuffer_Release(&view_);
  }

  // False: a Python exception is set. None is an empty span.
  bool Get(PyObject* object, std::span<Element>* span) {
    if (object == Py_None) return true;
    const int flags = PyBUF_ND | PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (std::is_const_v<Element> ? 0 : PyBUF_WRITABLE);
    if (PyObject_GetBuffer(object, &view_, flags) != 0) return false;
    if (view_.ndim != 1 || view_.itemsize != sizeof(Element) || !IsFormat(view_.format)) {
      const std::string type =
          (std::is_signed_v<Element> ? "int" : "uint") + std::to_string(8 * sizeof(Element));
      PyErr_Format(PyExc_TypeError, "wants an array of %s of one dimension, not of format '%s'", type.c_str(),
                   view_.format == nullptr ? "B" : view_.format);
      return false;
    }
    *span = std::span<Element>(static_cast<Element*>(view_.buf), static_cast<size_t>(view_.len) / sizeof(Element));
    return true;
  }

 private:
  // The struct module's letters; the size is known already.
  static bool IsFormat(const char* format) {
    if (format == nullptr) return false;
    if (*format == '@' || *format == '=' || *format == '<') ++format;
    const char* letters = std::is_signed_v<Element> ? "ilq" : "ILQ";
    return format[0] != '\0' && format[1] == '\0' && std::strchr(letters, format[0]) != nullptr;
  }

  Py_buffer view_ = {};
};
%}

%define %rethrow(NAME, FIRST)
%exception NAME {
  try {
    FIRST
    $action
  } catch (const remb::Error& error) {
    RaiseError(error);
    SWIG_fail;
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
    SWIG_fail;
  }
}
%enddef
%rethrow(remb::SharedEstimator::OnPackets, auto lock = Lock(*arg1); GilRelease released;)

%typemap(in) std::span<const uint8_t> (Py_buffer view = {}) {
  if (PyObject_GetBuffer($input, &view, PyBUF_SIMPLE) != 0) SWIG_fail;
  $1 = std::span<const uint8_t>(static_cast<const uint8_t*>(view.buf), static_cast<size_t>(view.len));
}
%typemap(freearg) std::span<const uint8_t> "PyBuffer_Release(&view$argnum);"

// Nobody's method: Estimator.poll(None, 0).
%typemap(check) SWIGTYPE* self {
  if ($1 == nullptr) SWIG_exception_fail(SWIG_TypeError, "self is None");
}

%define %column(ELEMENT)
%typemap(in) std::span<ELEMENT> (Elements<ELEMENT> elements) {
  if (!elements.Get($input, &$1)) SWIG_fail;
}
%enddef
%column(const int32_t)
%column(const uint32_t)
%column(const int64_t)
%column(int32_t)
%column(int64_t)

%typemap(out) std::vector<uint8_t> {
  const std::vector<uint8_t>& bytes = $1;
  const char* first = reinterpret_cast<const char*>(bytes.data());
  $result = PyBytes_FromStringAndSize(first, static_cast<Py_ssize_t>(bytes.size()));
}

// SSRCs: a list, or when they come in any sequence.
%typemap(in) const std::vector<uint32_t>& (std::vector<uint32_t> ssrcs) {
  const Py_ssize_t size = PySequence_Size($input);
  if (size < 0) SWIG_fail;
  for (Py_ssize_t i = 0; i < size; ++i) {
    PyObject* item = PySequence_GetItem($input, i);
    const unsigned long long value = item == nullptr ? 0 : PyLong_AsUnsignedLongLong(item);
    Py_XDECREF(item);
    if (PyErr_Occurred()) SWIG_fail;
    if (value > UINT32_MAX) SWIG_exception_fail(SWIG_OverflowError, "an SSRC has 32 bits");
    ssrcs.push_back(static_cast<uint32_t>(value));
  }
  $1 = &ssrcs;
}
%typemap(out) std::vector<uint32_t> {
  const std::vector<uint32_t>& ssrcs = $1;
  $result = PyList_New(static_cast<Py_ssize_t>(ssrcs.size()));
  for (size_t i = 0; $result != nullptr && i < ssrcs.size(); ++i) {
    // Takes over the item; a null one is an error that was raised.
    if (PyList_SetItem($result, static_cast<Py_ssize_t>(i), PyLong_FromUnsignedLong(ssrcs[i])) != 0) SWIG_fail;
  }
  if (PyErr_Occurred()) SWIG_fail;
}

%pythoncode %{
def _set_members(self, members):
    for name, value in members.items():
        setattr(self, name, value)


def _show_members(self):
    names = [name for name, value in vars(type(self)).items() if isinstance(value, property) and name != "thisown"]
    return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in names)})"
%}

// No attributes but the members, so that a misspelt one is an AttributeError.
%define %members_only(CLASS)
%extend remb::CLASS {
%pythoncode %{
    __slots__ = ("this", "__weakref__")
%}
}
%enddef

%define %shown(CLASS)
%members_only(CLASS)
%extend remb::CLASS {
%pythoncode %{
    __repr__ = _show_members
%}
}
%enddef

// Members may be given as keyword arguments too.
%define %made_of_members(CLASS)
%shown(CLASS)
%extend remb::CLASS {
%pythoncode %{
    def __init__(self, **members):
        _native.CLASS##_swiginit(self, _native.new_##CLASS())
        _set_members(self, members)
%}
}
%enddef

%made_of_members(Config)
%made_of_members(Packet)
%made_of_members(Message)
%shown(Stream)
%shown(Stats)
%shown(StreamStats)
%members_only(SharedEstimator)

%extend remb::Stream {
%pythoncode %{
    def __init__(self, ssrc, **members):
        _native.Stream_swiginit(self, _native.new_Stream(ssrc))
        _set_members(self, members)
%}
}

// One function in place of two overloads: it shows its parameters, and takes them by name.
%ignore remb::SharedEstimator::Poll(int64_t);
%ignore remb::SharedEstimator::Poll(int64_t, Message&);
%rethrow(remb::SharedEstimator::Poll, auto lock = Lock(*arg1);)
%extend remb::SharedEstimator {
  int32_t Poll(int64_t now_us, remb::Message* message = nullptr) {
    return message == nullptr ? $self->Poll(now_us) : $self->Poll(now_us, *message);
  }
}

%extend remb::SharedEstimator {
%pythoncode %{
    def __init__(self, config=None):
        """With all defaults, or with a config, which is copied.

        Raises remb.Error with ERR_ARGUMENT, ERR_NO_MEMORY.
        """
        _native.Estimator_swiginit(self, _native.new_Estimator() if config is None else _native.new_Estimator(config))

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()
%}
}
