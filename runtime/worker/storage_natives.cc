// Natives behind the storage of Durable Objects (builtins/workers/storage*.js). Each takes the
// object's context first. Values are kept as structured clones. What fails throws an Error with
// SQLite's words, or with those about the file; then scratch[0] is 0.
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/js/array_buffer.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/scratch.h"
#include "runtime/web/structured_clone.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

using storage::Database;
using storage::SqlCursor;
using storage::SqlValue;

// Rows that are given at a time: enough to make the call cheap, few enough for rowsRead to follow
// what was read.
constexpr size_t kFirstRows = 16;
constexpr size_t kRows = 256;
constexpr size_t kRowBytes = 256 * 1024;
// Of ECMAScript. ms since 1970.
constexpr double kLatestDate = 8.64e15;

// Null, with an exception pending, if the object has ended.
ActorStorage* StorageArgument(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation != nullptr && invocation->actor != nullptr) {
    return &WorkerOf(info).dispatcher().StorageOf(*invocation->actor);
  }
  js::ThrowError(info.GetIsolate(),
                 "The Durable Object that this storage belongs to was reset or evicted.");
  return nullptr;
}

void Throw(const Arguments& info, const Error& error) {
  js::ThrowError(info.GetIsolate(), StorageMessage(error));
}

// True, or an exception is pending.
template <typename T>
bool Succeeded(const Arguments& info, const Result<T>& result) {
  if (!result.ok()) Throw(info, result.error());
  return result.ok();
}

// After a write, unless it was allowed to be unconfirmed.
void HoldAnswers(ActorStorage& storage, const Arguments& info, int unconfirmed) {
  if (!info[unconfirmed]->IsTrue()) storage.HoldAnswers();
}

std::string TextArgument(const Arguments& info, int index) {
  return info[index]->IsString() ? js::ToUtf8(info.GetIsolate(), info[index].As<v8::String>())
                                 : std::string();
}

// Borrowed for the call: nothing that runs in it can take the buffer away.
std::string_view BufferView(v8::Local<v8::Value> value) {
  if (!value->IsArrayBuffer()) return {};
  v8::Local<v8::ArrayBuffer> buffer = value.As<v8::ArrayBuffer>();
  return {static_cast<const char*>(buffer->Data()), buffer->ByteLength()};
}

// --- keys and values ---

// storageGet(context, key) -> the value, undefined if there is none
void StorageGet(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  const auto bytes = storage->database().Get(TextArgument(info, 1));
  if (!Succeeded(info, bytes) || !bytes.value()) return;
  v8::Local<v8::Value> value;
  if (web::DeserializeValue(info.GetIsolate(), *bytes.value()).ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

// storagePut(context, key, value, largest size, unconfirmed) -> the size of the value if it is too
// large, and nothing was stored. Throws as serialize() does.
void StoragePut(const Arguments& info) {
  // First, because code of the Worker may run.
  web::CloneBytes bytes;
  if (!web::SerializeValue(info.GetIsolate(), info[2], &bytes)) return;
  js::Scratch(info.GetIsolate())[0] = 0;
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  if (bytes.size() > IdArgument(info, 3)) {
    info.GetReturnValue().Set(static_cast<double>(bytes.size()));
    return;
  }
  if (Succeeded(info, storage->database().Put(TextArgument(info, 1), bytes.view()))) {
    HoldAnswers(*storage, info, 4);
  }
}

// storagePutAll(context, [key, value, ...], largest size, unconfirmed): the same for several, all
// of them or none
void StoragePutAll(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  if (!info[1]->IsArray()) return;
  const auto list = info[1].As<v8::Array>();
  std::vector<Database::Entry> entries;
  for (uint32_t i = 0; i + 1 < list->Length(); i += 2) {
    v8::Local<v8::Value> key;
    v8::Local<v8::Value> value;
    if (!list->Get(isolate->GetCurrentContext(), i).ToLocal(&key) || !key->IsString() ||
        !list->Get(isolate->GetCurrentContext(), i + 1).ToLocal(&value)) {
      return;
    }
    web::CloneBytes bytes;
    if (!web::SerializeValue(isolate, value, &bytes)) return;
    if (bytes.size() > IdArgument(info, 2)) {
      info.GetReturnValue().Set(static_cast<double>(bytes.size()));
      return;
    }
    entries.emplace_back(js::ToUtf8(isolate, key.As<v8::String>()), bytes.view());
  }
  js::Scratch(isolate)[0] = 0;
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  if (Succeeded(info, storage->database().PutAll(entries))) HoldAnswers(*storage, info, 3);
}

// storageDelete(context, key, unconfirmed) -> whether it was there
void StorageDelete(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  const Result<bool> deleted = storage->database().Delete(TextArgument(info, 1));
  if (!Succeeded(info, deleted)) return;
  HoldAnswers(*storage, info, 2);
  info.GetReturnValue().Set(deleted.value());
}

// storageDeleteAll(context, delete the alarm, too)
void StorageDeleteAll(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  const auto alarm = info[1]->IsTrue() ? Database::Alarm::kDelete : Database::Alarm::kKeep;
  if (Succeeded(info, storage->database().DeleteAll(alarm))) storage->HoldAnswers();
}

// storageList(context, start, startAfter, end, prefix, reverse, limit) -> [key, value, ...]; the
// first four are strings or undefined, limit -1 is none
void StorageList(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  v8::Isolate* isolate = info.GetIsolate();
  const std::string texts[] = {TextArgument(info, 1), TextArgument(info, 2), TextArgument(info, 3),
                               TextArgument(info, 4)};
  storage::KeyRangeOptions options;
  if (info[1]->IsString()) options.start = texts[0];
  if (info[2]->IsString()) options.start_after = texts[1];
  if (info[3]->IsString()) options.end = texts[2];
  options.prefix = texts[3];
  const auto order =
      info[5]->IsTrue() ? storage::ListOrder::kReverse : storage::ListOrder::kForward;
  const int64_t limit = info[6]->IsNumber() ? info[6].As<v8::Integer>()->Value() : -1;
  std::vector<v8::Local<v8::Value>> entries;
  bool thrown = false;
  const auto take = [&](std::string_view key, std::string_view bytes) {
    v8::Local<v8::String> name;
    v8::Local<v8::Value> value;
    thrown = !js::FromUtf8(isolate, key).ToLocal(&name) ||
             !web::DeserializeValue(isolate, bytes).ToLocal(&value);
    if (thrown) return false;
    entries.push_back(name);
    entries.push_back(value);
    return true;
  };
  const Status listed =
      storage->database().List(storage::MakeKeyRange(options), order, limit, take);
  if (thrown || !Succeeded(info, listed)) return;
  info.GetReturnValue().Set(v8::Array::New(isolate, entries.data(), entries.size()));
}

// storageGetAlarm(context) -> ms since 1970, or null
void StorageGetAlarm(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  // While alarm() runs, it has gone off.
  const Actor& actor = *InvocationArgument(info, 0)->actor;
  if (actor.alarm && !actor.alarm->changed) {
    info.GetReturnValue().SetNull();
    return;
  }
  const Result<storage::AlarmTime> alarm = storage->database().GetAlarm();
  if (!Succeeded(info, alarm)) return;
  if (alarm.value()) {
    info.GetReturnValue().Set(static_cast<double>(*alarm.value()));
  } else {
    info.GetReturnValue().SetNull();
  }
}

// storageSetAlarm(context, ms since 1970 | null, unconfirmed)
void StorageSetAlarm(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  storage::AlarmTime alarm;
  if (info[1]->IsNumber()) {
    const double time = info[1].As<v8::Number>()->Value();
    // Nor NaN. What no Date can be is no int64_t either, maybe.
    if (!(std::abs(time) <= kLatestDate)) {
      js::ThrowTypeError(info.GetIsolate(),
                         "The time of an alarm must be one that a Date can have.");
      return;
    }
    alarm = static_cast<int64_t>(time);
  }
  if (!Succeeded(info, storage->database().SetAlarm(alarm))) return;
  HoldAnswers(*storage, info, 2);
  Actor& actor = *InvocationArgument(info, 0)->actor;
  if (actor.alarm) actor.alarm->changed = true;
  WorkerOf(info).dispatcher().AlarmChanged(actor);
}

// --- transactions and durability ---

// What storageTransaction does; the same numbers are in builtins/workers/storage_transaction.js.
enum class Transaction : uint32_t { kBeginSync, kKeepSync, kUndoSync, kBegin, kKeep, kUndo };

// storageTransaction(context, what): begins one, or ends the innermost one; "Sync" is one that ends
// within the turn
void StorageTransaction(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  Database& database = storage->database();
  Status done = Ok{};
  const auto what = static_cast<Transaction>(IdArgument(info, 1));
  switch (what) {
    case Transaction::kBeginSync:
      done = database.BeginSavepoint(Database::Savepoint::kSync);
      break;
    case Transaction::kBegin:
      done = database.BeginSavepoint(Database::Savepoint::kAsync);
      if (done.ok()) storage->BeginTransaction();
      break;
    case Transaction::kKeepSync:
    case Transaction::kKeep:
      done = database.ReleaseSavepoint();
      break;
    case Transaction::kUndoSync:
    case Transaction::kUndo:
      done = database.RollBackSavepoint();
      break;
  }
  if (what == Transaction::kKeep || what == Transaction::kUndo) storage->EndTransaction();
  (void)Succeeded(info, done);
}

// storageAwait(context, commit) -> 0 if it is durable; else its number, and the context has news
// about 0 when more is. A commit of 0 stands for all that was written until now.
void StorageAwait(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  const auto commit =
      info[1]->IsNumber() ? static_cast<uint64_t>(info[1].As<v8::Number>()->Value()) : uint64_t{0};
  uint64_t awaited = 0;
  if (commit == 0 || commit > storage->database().durable_commit()) {
    awaited = storage->AwaitDurable();
    if (commit != 0 && awaited != 0) awaited = commit;
  }
  info.GetReturnValue().Set(static_cast<double>(awaited));
}

// storageHeld(context) -> the commit that answers wait for, or 0
void StorageHeld(const Arguments& info) {
  const Invocation* invocation = InvocationArgument(info, 0);
  const bool actor = invocation != nullptr && invocation->actor != nullptr;
  info.GetReturnValue().Set(actor ? static_cast<double>(invocation->actor->unconfirmed) : 0.0);
}

// --- SQL ---

v8::MaybeLocal<v8::Value> ToJavaScript(v8::Isolate* isolate, const SqlValue& value) {
  switch (value.kind) {
    case SqlValue::Kind::kNull:
      return v8::Local<v8::Value>(v8::Null(isolate));
    case SqlValue::Kind::kInteger:
      // Beyond 2^53 it is the nearest number, as in workerd.
      return v8::Local<v8::Value>(v8::Number::New(isolate, static_cast<double>(value.integer)));
    case SqlValue::Kind::kReal:
      return v8::Local<v8::Value>(v8::Number::New(isolate, value.real));
    case SqlValue::Kind::kText: {
      v8::Local<v8::String> text;
      if (!js::FromUtf8(isolate, value.bytes).ToLocal(&text)) return {};
      return v8::Local<v8::Value>(text);
    }
    case SqlValue::Kind::kBlob: {
      v8::Local<v8::ArrayBuffer> bytes;
      if (!js::CopyToArrayBuffer(isolate, value.bytes).ToLocal(&bytes)) return {};
      return v8::Local<v8::Value>(bytes);
    }
  }
  return {};
}

void WriteCount(uint32_t* words, int64_t count) {
  words[0] = static_cast<uint32_t>(count);
  words[1] = static_cast<uint32_t>(count >> 32);
}

// The next rows of the query, each an array. Empty with an exception pending. What there is beside
// them is in the scratch: [1, 2] rows changed, [3, 4] steps, low word first.
v8::MaybeLocal<v8::Array> TakeRows(v8::Isolate* isolate, ActorStorage::Query& query, size_t limit) {
  SqlCursor& cursor = *query.cursor;
  const size_t columns = cursor.column_names().size();
  std::vector<v8::Local<v8::Value>> rows;
  std::vector<v8::Local<v8::Value>> values(columns);
  size_t bytes = 0;
  while (cursor.has_row() && rows.size() < limit && bytes < kRowBytes) {
    for (size_t i = 0; i < columns; i++) {
      const SqlValue value = cursor.Column(i);
      bytes += value.bytes.size() + sizeof value;
      if (!ToJavaScript(isolate, value).ToLocal(&values[i])) return {};
    }
    rows.push_back(v8::Array::New(isolate, values.data(), columns));
    // An error belongs to the row after these.
    if (Status next = cursor.Next(); !next.ok()) query.failed = std::move(next.error());
  }
  uint32_t* scratch = js::Scratch(isolate);
  WriteCount(scratch + 1, cursor.changes());
  WriteCount(scratch + 3, cursor.steps());
  return v8::Array::New(isolate, rows.data(), rows.size());
}

// Whether there may be more than the rows that were taken.
bool HasMore(const ActorStorage::Query& query) { return query.failed || query.cursor->has_row(); }

// The values of the array `list`, as the built-in half has prepared them: null, numbers, strings,
// buffers and views. Strings and copies of bytes are kept in `texts`.
bool TakeBindings(v8::Isolate* isolate, v8::Local<v8::Value> list, std::vector<SqlValue>& values,
                  std::vector<std::string>& texts) {
  if (!list->IsArray()) return true;
  const auto array = list.As<v8::Array>();
  const uint32_t count = array->Length();
  values.reserve(count);
  texts.reserve(count);
  for (uint32_t i = 0; i < count; i++) {
    v8::Local<v8::Value> value;
    if (!array->Get(isolate->GetCurrentContext(), i).ToLocal(&value)) return false;
    if (value->IsNumber()) {
      // A column of integers takes whole numbers as such.
      values.push_back(SqlValue::Real(value.As<v8::Number>()->Value()));
    } else if (value->IsString()) {
      texts.push_back(js::ToUtf8(isolate, value.As<v8::String>()));
      values.push_back(SqlValue::Text(texts.back()));
    } else if (value->IsArrayBuffer()) {
      values.push_back(SqlValue::Blob(BufferView(value)));
    } else if (value->IsArrayBufferView()) {
      const auto view = value.As<v8::ArrayBufferView>();
      std::string bytes(view->ByteLength(), '\0');
      view->CopyContents(bytes.data(), bytes.size());
      texts.push_back(std::move(bytes));
      values.push_back(SqlValue::Blob(texts.back()));
    } else {
      values.push_back(SqlValue::Null());
    }
  }
  return true;
}

// sqlExec(context, text, array of bindings) -> [column names, rows, text of the last statement if
// there are several]; scratch[0]: the query's number if there may be more rows, else 0
void SqlExec(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  v8::Isolate* isolate = info.GetIsolate();
  std::vector<SqlValue> bindings;
  std::vector<std::string> texts;
  if (!TakeBindings(isolate, info[2], bindings, texts)) return;
  Database& database = storage->database();
  const std::string sql = TextArgument(info, 1);
  auto cursor = database.Execute(sql, bindings);
  // Also of a statement that came before one that failed.
  if (database.dirty()) storage->HoldAnswers();
  if (!Succeeded(info, cursor)) return;
  ActorStorage::Query query{std::move(cursor).value(), {}};
  std::vector<v8::Local<v8::Value>> names;
  for (const std::string& name : query.cursor->column_names()) {
    v8::Local<v8::String> text;
    if (!js::FromUtf8(isolate, name).ToLocal(&text)) return;
    names.push_back(text);
  }
  v8::Local<v8::Value> parts[3] = {
      v8::Array::New(isolate, names.data(), names.size()), {}, v8::Undefined(isolate)};
  v8::Local<v8::Array> rows;
  if (!TakeRows(isolate, query, kFirstRows).ToLocal(&rows)) return;
  parts[1] = rows;
  if (query.cursor->text().size() != sql.size()) {
    v8::Local<v8::String> last;
    if (!js::FromUtf8(isolate, query.cursor->text()).ToLocal(&last)) return;
    parts[2] = last;
  }
  js::Scratch(isolate)[0] = HasMore(query) ? storage->Keep(std::move(query)) : 0;
  info.GetReturnValue().Set(v8::Array::New(isolate, parts, 3));
}

// sqlNext(context, query) -> rows; scratch as for sqlExec
void SqlNext(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  v8::Isolate* isolate = info.GetIsolate();
  const uint32_t id = IdArgument(info, 1);
  ActorStorage::Query* query = storage->Find(id);
  if (query == nullptr) {
    js::ThrowError(isolate,
                   "The query was ended because too many are open in this Durable Object. Read the "
                   "rows of a query, for example with toArray(), before beginning others.");
    return;
  }
  if (query->failed) {
    const Error error = *query->failed;
    storage->Drop(id);
    Throw(info, error);
    return;
  }
  v8::Local<v8::Array> rows;
  if (!TakeRows(isolate, *query, kRows).ToLocal(&rows)) return;
  const bool more = HasMore(*query);
  if (!more) storage->Drop(id);
  js::Scratch(isolate)[0] = more ? id : 0;
  info.GetReturnValue().Set(rows);
}

// sqlClose(context, query)
void SqlClose(const Arguments& info) {
  if (ActorStorage* storage = StorageArgument(info)) storage->Drop(IdArgument(info, 1));
}

// sqlEffort(context, text of one statement): scratch[0] is what it writes for each row changed,
// scratch[1] what it reads beside its steps
void SqlEffort(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  const storage::SqlEffort effort = storage->database().Effort(TextArgument(info, 1));
  js::Scratch(info.GetIsolate())[0] = static_cast<uint32_t>(effort.writes_per_change);
  js::Scratch(info.GetIsolate())[1] = static_cast<uint32_t>(effort.first_reads);
}

// sqlSize(context) -> bytes
void SqlSize(const Arguments& info) {
  ActorStorage* storage = StorageArgument(info);
  if (storage == nullptr) return;
  const Result<int64_t> size = storage->database().Size();
  if (Succeeded(info, size)) info.GetReturnValue().Set(static_cast<double>(size.value()));
}

// storageHasSql(context) -> whether the class was declared to have it
void StorageHasSql(const Arguments& info) {
  const Invocation* invocation = InvocationArgument(info, 0);
  info.GetReturnValue().Set(invocation != nullptr && invocation->actor != nullptr &&
                            invocation->actor->actor_class->sqlite);
}

constexpr js::NativeFunction kNatives[] = {
    {"storageGet", StorageGet},
    {"storagePut", StoragePut},
    {"storagePutAll", StoragePutAll},
    {"storageDelete", StorageDelete},
    {"storageDeleteAll", StorageDeleteAll},
    {"storageList", StorageList},
    {"storageGetAlarm", StorageGetAlarm},
    {"storageSetAlarm", StorageSetAlarm},
    {"storageTransaction", StorageTransaction},
    {"storageAwait", StorageAwait},
    {"storageHeld", StorageHeld},
    {"storageHasSql", StorageHasSql},
    {"sqlExec", SqlExec},
    {"sqlNext", SqlNext},
    {"sqlClose", SqlClose},
    {"sqlEffort", SqlEffort},
    {"sqlSize", SqlSize},
};

}  // namespace

js::NativeTable StorageNatives() { return kNatives; }

}  // namespace isolane::worker
