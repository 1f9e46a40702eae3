#include "runtime/web/structured_clone.h"

#include <string>
#include <utility>
#include <vector>

#include "runtime/js/convert.h"
#include "runtime/js/scratch.h"

namespace isolane::web {

namespace {

using v8::ArrayBuffer;
using v8::Context;
using v8::Isolate;
using v8::Local;
using v8::Object;
using v8::String;
using v8::Value;

// The private property of marked prototypes: the name of the class.
Local<v8::Private> HostMark(Isolate* isolate) {
  return v8::Private::ForApi(isolate, js::Literal(isolate, "isolane.host"));
}

class Writer final : public v8::ValueSerializer::Delegate {
 public:
  explicit Writer(Isolate* isolate) : isolate_(isolate) {}

  void ThrowDataCloneError(Local<String> message) override {
    refused_ = true;
    isolate_->ThrowException(message);
  }

  // Whether the pending exception is the text of a DataCloneError.
  bool refused() const { return refused_; }

  bool HasCustomHostObject(Isolate*) override { return true; }

  v8::Maybe<bool> IsHostObject(Isolate* isolate, Local<Object> object) override {
    Local<Value> name;
    return v8::Just(HostName(isolate, object, name));
  }

  v8::Maybe<bool> WriteHostObject(Isolate* isolate, Local<Object> object) override {
    Local<Value> name;
    if (HostName(isolate, object, name)) {
      ThrowUnsupported(js::Describe(isolate, name));
    } else {
      ThrowUnsupported(js::ToUtf8(isolate, object->GetConstructorName()));
    }
    return v8::Nothing<bool>();
  }

 private:
  // Looks for the mark along the prototype chain. Runs no JavaScript: proxies end the search.
  bool HostName(Isolate* isolate, Local<Object> object, Local<Value>& name) {
    const Local<Context> context = isolate->GetCurrentContext();
    if (mark_.IsEmpty()) mark_ = HostMark(isolate);
    Local<Value> prototype = object->GetPrototypeV2();
    for (int depth = 0; depth < 16; depth++) {
      if (!prototype->IsObject() || prototype->IsProxy()) return false;
      const auto holder = prototype.As<Object>();
      const Local<Value> next = holder->GetPrototypeV2();
      // The root of the chain is Object.prototype: usually the first step.
      if (next->IsNull()) return false;
      if (holder->HasPrivate(context, mark_).FromMaybe(false)) {
        return holder->GetPrivate(context, mark_).ToLocal(&name);
      }
      prototype = next;
    }
    return false;
  }

  void ThrowUnsupported(const std::string& name) {
    Local<String> text;
    if (js::FromUtf8(isolate_, "Could not serialize object of type \"" + name +
                                   "\". This type does not support serialization.")
            .ToLocal(&text)) {
      ThrowDataCloneError(text);
    }
  }

  Isolate* const isolate_;
  bool refused_ = false;
  Local<v8::Private> mark_;  // lives as long as the native call, like this object
};

// False with an exception pending.
bool Write(Isolate* isolate, Local<Value> value, const std::vector<Local<ArrayBuffer>>& transfer,
           CloneBytes& out) {
  Writer writer(isolate);
  v8::ValueSerializer serializer(isolate, &writer);
  serializer.WriteHeader();
  for (size_t i = 0; i < transfer.size(); i++) {
    serializer.TransferArrayBuffer(static_cast<uint32_t>(i), transfer[i]);
  }
  if (!serializer.WriteValue(isolate->GetCurrentContext(), value).FromMaybe(false)) {
    // Only now: an accessor in the value may have cloned something itself.
    js::Scratch(isolate)[0] = writer.refused() ? 1 : 0;
    return false;
  }
  js::Scratch(isolate)[0] = 0;
  const std::pair<uint8_t*, size_t> bytes = serializer.Release();
  out = CloneBytes(bytes.first, bytes.second);
  return true;
}

v8::MaybeLocal<Value> Read(Isolate* isolate, const uint8_t* data, size_t size,
                           const std::vector<Local<ArrayBuffer>>& transferred) {
  const Local<Context> context = isolate->GetCurrentContext();
  v8::ValueDeserializer deserializer(isolate, data, size);
  if (!deserializer.ReadHeader(context).FromMaybe(false)) return {};
  for (size_t i = 0; i < transferred.size(); i++) {
    deserializer.TransferArrayBuffer(static_cast<uint32_t>(i), transferred[i]);
  }
  return deserializer.ReadValue(context);
}

// Takes the memory out of each buffer into a new one. False with an exception pending.
bool Transfer(Isolate* isolate, const std::vector<Local<ArrayBuffer>>& from,
              std::vector<Local<ArrayBuffer>>& to) {
  for (const Local<ArrayBuffer>& buffer : from) {
    if (!buffer->IsDetachable()) {
      isolate->ThrowException(
          v8::Exception::TypeError(js::Literal(isolate, "Object is not transferable")));
      return false;
    }
    std::shared_ptr<v8::BackingStore> store = buffer->GetBackingStore();
    if (!buffer->Detach(Local<Value>()).FromMaybe(false)) return false;
    to.push_back(ArrayBuffer::New(isolate, std::move(store)));
  }
  return true;
}

}  // namespace

bool IsMarkedAsHost(Isolate* isolate, Local<Object> object) {
  const Local<Context> context = isolate->GetCurrentContext();
  const Local<v8::Private> mark = HostMark(isolate);
  Local<Value> prototype = object->GetPrototypeV2();
  for (int depth = 0; depth < 16 && prototype->IsObject() && !prototype->IsProxy(); depth++) {
    const auto holder = prototype.As<Object>();
    if (holder->HasPrivate(context, mark).FromMaybe(false)) return true;
    prototype = holder->GetPrototypeV2();
  }
  return false;
}

void MarkHostPrototype(const Arguments& arguments) {
  if (!arguments[0]->IsObject() || !arguments[1]->IsString()) return;
  Isolate* isolate = arguments.GetIsolate();
  (void)arguments[0].As<Object>()->SetPrivate(isolate->GetCurrentContext(), HostMark(isolate),
                                              arguments[1]);
}

void StructuredClone(const Arguments& arguments) {
  Isolate* isolate = arguments.GetIsolate();
  const Local<Context> context = isolate->GetCurrentContext();
  std::vector<Local<ArrayBuffer>> transfer;
  if (arguments[1]->IsArray()) {
    const auto list = arguments[1].As<v8::Array>();
    for (uint32_t i = 0; i < list->Length(); i++) {
      Local<Value> item;
      if (!list->Get(context, i).ToLocal(&item)) return;
      if (item->IsArrayBuffer()) transfer.push_back(item.As<ArrayBuffer>());
    }
  }
  CloneBytes bytes;
  std::vector<Local<ArrayBuffer>> transferred;
  if (!Write(isolate, arguments[0], transfer, bytes) || !Transfer(isolate, transfer, transferred)) {
    return;
  }
  Local<Value> clone;
  if (Read(isolate, bytes.data(), bytes.size(), transferred).ToLocal(&clone)) {
    arguments.GetReturnValue().Set(clone);
  }
}

bool SerializeValue(Isolate* isolate, Local<Value> value, CloneBytes* bytes) {
  return Write(isolate, value, {}, *bytes);
}

v8::MaybeLocal<Value> DeserializeValue(Isolate* isolate, std::string_view bytes) {
  return Read(isolate, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), {});
}

void Serialize(const Arguments& arguments) {
  Isolate* isolate = arguments.GetIsolate();
  CloneBytes bytes;
  if (!Write(isolate, arguments[0], {}, bytes)) return;
  // The serializer's memory becomes the buffer's: malloc on both sides.
  auto store = ArrayBuffer::NewBackingStore(
      bytes.Release(), bytes.size(), [](void* data, size_t, void*) { std::free(data); }, nullptr);
  arguments.GetReturnValue().Set(ArrayBuffer::New(isolate, std::move(store)));
}

void Deserialize(const Arguments& arguments) {
  if (!arguments[0]->IsArrayBuffer()) return;
  const auto buffer = arguments[0].As<ArrayBuffer>();
  // Held, because reading can run a collection.
  const std::shared_ptr<v8::BackingStore> store = buffer->GetBackingStore();
  Local<Value> value;
  if (Read(arguments.GetIsolate(), static_cast<const uint8_t*>(store->Data()), store->ByteLength(),
           {})
          .ToLocal(&value)) {
    arguments.GetReturnValue().Set(value);
  }
}

}  // namespace isolane::web
