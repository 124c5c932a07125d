// Python: anything with the buffer protocol (bytes, bytearray, memoryview) is read where it lies; bytes come back.

%{
#include <algorithm>
#include <new>

// remb.Error, a RuntimeError whose `status` is the ERR_* value.
static PyObject* error_class = nullptr;

static void RaiseError(const remb::Error& error) {
  PyObject* raised = PyObject_CallFunction(error_class, "s", error.what());
  PyObject* status = PyLong_FromLong(error.status());
  if (raised != nullptr && status != nullptr && PyObject_SetAttrString(raised, "status", status) == 0) {
    PyErr_SetObject(error_class, raised);
  }
  Py_XDECREF(status);
  Py_XDECREF(raised);
}
%}

%init %{
  error_class = PyErr_NewExceptionWithDoc(
      "remb.Error", "A call of libremb failed; `status` is one of ERR_*. Nothing has changed.",
      PyExc_RuntimeError, nullptr);
  if (error_class == nullptr || PyModule_AddObjectRef(m, "Error", error_class) < 0) return nullptr;
%}

%pythoncode %{
Error = _remb.Error
%}

%exception {
  try {
    $action
  } catch (const remb::Error& error) {
    RaiseError(error);
    SWIG_fail;
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
    SWIG_fail;
  }
}

%typemap(in) std::span<const uint8_t> (Py_buffer view = {}) {
  if (PyObject_GetBuffer($input, &view, PyBUF_SIMPLE) != 0) SWIG_fail;
  $1 = std::span<const uint8_t>(static_cast<const uint8_t*>(view.buf), static_cast<size_t>(view.len));
}
%typemap(freearg) std::span<const uint8_t> "PyBuffer_Release(&view$argnum);"

%typemap(out) std::vector<uint8_t> {
  const std::vector<uint8_t>& bytes = $1;
  const char* first = reinterpret_cast<const char*>(bytes.data());
  $result = PyBytes_FromStringAndSize(first, static_cast<Py_ssize_t>(bytes.size()));
}
