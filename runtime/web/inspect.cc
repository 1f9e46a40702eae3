#include "runtime/web/inspect.h"

#include <cstdint>

namespace isolane::web {

namespace {

// The order is that of the constants in builtins/internal/inspect.js.
enum Kind : int32_t {
  kOther,
  kProxy,
  kPromise,
  kMap,
  kSet,
  kDate,
  kRegExp,
  kError,
  kArrayBuffer,
  kTypedArray,
  kDataView,
  kWeak,
  kIterator,
  kBoxed,
  kArguments,
  kNamespace,
  kGenerator,
};

Kind KindOfValue(v8::Local<v8::Value> value) {
  if (!value->IsObject()) return kOther;
  if (value->IsProxy()) return kProxy;
  if (value->IsNativeError()) return kError;
  if (value->IsTypedArray()) return kTypedArray;
  if (value->IsMap()) return kMap;
  if (value->IsSet()) return kSet;
  if (value->IsPromise()) return kPromise;
  if (value->IsDate()) return kDate;
  if (value->IsRegExp()) return kRegExp;
  if (value->IsArrayBuffer() || value->IsSharedArrayBuffer()) return kArrayBuffer;
  if (value->IsDataView()) return kDataView;
  if (value->IsWeakMap() || value->IsWeakSet() || value->IsWeakRef()) return kWeak;
  if (value->IsMapIterator() || value->IsSetIterator()) return kIterator;
  if (value->IsStringObject() || value->IsNumberObject() || value->IsBooleanObject() ||
      value->IsBigIntObject() || value->IsSymbolObject()) {
    return kBoxed;
  }
  if (value->IsArgumentsObject()) return kArguments;
  if (value->IsModuleNamespaceObject()) return kNamespace;
  if (value->IsGeneratorObject()) return kGenerator;
  return kOther;
}

}  // namespace

void KindOf(const Arguments& arguments) {
  arguments.GetReturnValue().Set(static_cast<int32_t>(KindOfValue(arguments[0])));
}

void PromiseDetails(const Arguments& arguments) {
  if (!arguments[0]->IsPromise()) return;
  v8::Isolate* isolate = arguments.GetIsolate();
  const auto promise = arguments[0].As<v8::Promise>();
  const int32_t state = promise->State();
  v8::Local<v8::Value> result = v8::Undefined(isolate);
  if (promise->State() != v8::Promise::kPending) result = promise->Result();
  v8::Local<v8::Value> pair[] = {v8::Integer::New(isolate, state), result};
  arguments.GetReturnValue().Set(v8::Array::New(isolate, pair, 2));
}

}  // namespace isolane::web
