#include "runtime/web/compression.h"

#include <cstdint>
#include <memory>
#include <utility>

#include <zlib.h>

#include "runtime/js/convert.h"
#include "runtime/js/scratch.h"
#include "runtime/web/arguments.h"
#include "runtime/web/holder.h"

namespace isolane::web {

namespace {

constexpr size_t kOutputPiece = 64 * 1024;

struct State {
  static constexpr uint64_t kMagic = 0x7a6c6962'69736f6c;
  uint64_t magic = kMagic;
  bool compress = false;
  z_stream stream = {};

  ~State() {
    if (compress)
      deflateEnd(&stream);
    else
      inflateEnd(&stream);
  }
};

bool Open(State& state, int32_t format) {
  enum Format { kGzip, kDeflate, kDeflateRaw };
  constexpr int kWindow = 15;
  const int window = format == kGzip ? kWindow + 16 : format == kDeflate ? kWindow : -kWindow;
  return state.compress ? deflateInit2(&state.stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8,
                                       Z_DEFAULT_STRATEGY) == Z_OK
                        : inflateInit2(&state.stream, window) == Z_OK;
}

}  // namespace

void ZlibOpen(const Arguments& arguments) {
  if (!arguments[0]->IsInt32()) return;
  v8::Isolate* isolate = arguments.GetIsolate();
  auto state = std::make_unique<State>();
  state->compress = arguments[1]->IsTrue();
  if (!Open(*state, arguments[0].As<v8::Int32>()->Value())) {
    isolate->ThrowException(v8::Exception::RangeError(
        js::Literal(isolate, "Not enough memory for a compression stream.")));
    return;
  }
  arguments.GetReturnValue().Set(NewHolder(isolate, std::move(state)));
}

void ZlibRun(const Arguments& arguments) {
  enum Status : uint32_t { kMore = 0, kDone = 1, kFailed = 2 };
  v8::Isolate* isolate = arguments.GetIsolate();
  uint32_t* const scratch = js::Scratch(isolate);
  scratch[0] = kFailed;
  scratch[1] = 0;
  State* const state = HolderOf<State>(arguments[0]);
  if (state == nullptr) return;
  const BytesView view(arguments[1]);
  const std::span<const uint8_t> input = view.bytes();
  if (input.size() > UINT32_MAX) return;
  const bool finish = arguments[2]->IsTrue();

  const auto output = std::make_unique_for_overwrite<uint8_t[]>(kOutputPiece);
  z_stream& stream = state->stream;
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = output.get();
  stream.avail_out = kOutputPiece;
  const int result = state->compress ? deflate(&stream, finish ? Z_FINISH : Z_NO_FLUSH)
                                     : inflate(&stream, Z_NO_FLUSH);
  // Z_BUF_ERROR only says that nothing could be done: no input, or no room.
  if (result == Z_STREAM_END) {
    scratch[0] = kDone;
  } else if (result == Z_OK || result == Z_BUF_ERROR) {
    scratch[0] = kMore;
  }
  scratch[1] = static_cast<uint32_t>(input.size() - stream.avail_in);
  stream.next_in = nullptr;
  stream.next_out = nullptr;
  const size_t produced = kOutputPiece - stream.avail_out;
  if (produced == 0 || scratch[0] == kFailed) return;
  v8::Local<v8::Uint8Array> bytes;
  if (NewBytes(isolate, {output.get(), produced}).ToLocal(&bytes)) {
    arguments.GetReturnValue().Set(bytes);
  }
}

}  // namespace isolane::web
