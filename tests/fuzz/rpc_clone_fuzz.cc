// runtime/worker/rpc_clone.h and rpc_values.h, in a runtime of two Workers (rpc_clone_worker.js).
// The input: a byte that says what it is, then
//   kRoundTrip                values follow from the bytes; they must come back as they were sent
//   kResult, kArguments       a byte for each of up to 7 attachments (their number is in the
//   first), and
//                             the bytes of a message that "back" gives, or is given
// Nothing of a message may be left when its request has ended.
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include <isolane/runtime.h>

#include "runtime/base/check.h"
#include "runtime/base/pipe.h"
#include "runtime/worker/graph.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace isolane::fuzz {

namespace {

// Of the first byte. The higher bits: the number of attachments.
constexpr uint8_t kWhat = 3;
constexpr uint8_t kRoundTrip = 0;
constexpr uint8_t kResult = 1;  // kArguments: 2 and 3
constexpr uint8_t kShort = 4;   // values of rpc_values.h; else a clone
constexpr uint8_t kDisposer = 8;

// Finds the invocation of "back", and what must never be logged.
class Log final : public Observer {
 public:
  void OnLog(const LogLine& line) override {
    if (line.text == "asked") asked = graph->dispatcher().current()->id;
    const bool wrong =
        line.text.starts_with("DIFFERENT") || line.text.find("internal error") != line.text.npos;
    if (!wrong) return;
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.text.size()), line.text.data());
    ISOLANE_CHECK(!"a value came back as it was sent, and nothing is logged as a bug of isolane");
  }

  worker::Graph* graph = nullptr;
  uint32_t asked = 0;
};

class Asker final : public worker::TopLevel {
 public:
  void OnResponse(int, std::string_view, base::Body, bool) override {}
  bool OnWebSocket(std::string_view, std::shared_ptr<base::MessageEnd>) override { return false; }
  void OnFailure(int, const std::string&) override {}
  void OnPipelineEnd() override { ended = true; }
  bool ended = false;
};

class Workers {
 public:
  Workers() {
    std::ostringstream source;
    source << std::ifstream(ISOLANE_SOURCE_DIR "/tests/fuzz/rpc_clone_worker.js").rdbuf();
    auto loaded = Runtime::LoadSpecs({Spec("front", source.str()), Spec("back", source.str())},
                                     {UnknownService::kRefuse, &log_});
    ISOLANE_CHECK(loaded.ok());
    runtime_ = std::move(*loaded);
    log_.graph = &graph();
  }

  void RoundTrip(std::string_view bytes) {
    Request request;
    request.method = "POST";
    request.url = "http://fuzz.test/";
    request.body = bytes;
    ISOLANE_CHECK(runtime_->Fetch(std::move(request)).ok());
    CheckThatNothingIsLeft();
  }

  void Send(uint8_t options, Input input) {
    Asker asker;
    log_.asked = 0;
    worker::Dispatcher& dispatcher = graph().dispatcher();
    const uint32_t pipeline = dispatcher.Open(
        *graph().workers()[0], asker, std::string_view("GET\0http://fuzz.test/", 21), {}, {});
    runtime_->Poll();
    worker::Invocation* back = dispatcher.FindInvocation(log_.asked);
    ISOLANE_CHECK(back != nullptr);
    worker::RpcMessage message = Message(options, input, *back);
    if ((options & kWhat) == kResult) {
      message.with_disposer = (options & kDisposer) != 0;
      dispatcher.RespondMethod(*back, back->call, std::move(message));
    } else {
      worker::Call* call = dispatcher.NewCall();
      call->kind = worker::CallKind::kMethod;
      call->head = "take";
      call->message = std::move(message);
      ISOLANE_CHECK(dispatcher.CallChannel(*back, &channel(), 1, *call) > 0);
    }
    runtime_->Poll();
    dispatcher.ResponseSent(pipeline);
    dispatcher.ClientGone(pipeline);
    runtime_->Poll();
    ISOLANE_CHECK(asker.ended);
    CheckThatNothingIsLeft();
  }

 private:
  static WorkerSpec Spec(const std::string& name, const std::string& source) {
    WorkerSpec spec;
    spec.name = name;
    spec.main_module = "index.js";
    spec.compatibility_date = "2026-05-01";
    spec.modules = [source](const std::string&) -> Result<ModuleSource> {
      return ModuleSource{ModuleType::kEsModule, source};
    };
    spec.bindings.push_back({"BACK", ServiceBinding{"back", "Back", {}}, {}});
    return spec;
  }

  worker::Graph& graph() { return static_cast<worker::Graph&>(*runtime_); }
  const worker::Channel& channel() { return graph().workers()[1]->channels()[0]; }

  worker::RpcAttachment Attachment(uint8_t kind, worker::Invocation& owner) {
    worker::RpcAttachment attachment;
    switch (kind % 6) {
      case 0:
        attachment.body = base::Body::Bytes(base::Chunk::Copy("a body"));
        break;
      case 1: {
        auto pipe = std::make_shared<base::Pipe>();
        pipe->Write(base::Chunk::Copy("a stream"));
        if (kind < 128) pipe->Close();
        attachment.body = base::Body::Stream(std::move(pipe));
        break;
      }
      case 2:
      case 3:
        // The owner's JavaScript knows nothing of it: calls are never answered.
        attachment.stub = graph().dispatcher().rpc().Export(owner, kind % 6 == 3);
        break;
      case 4:
        attachment.channel = &channel();
        break;
      default:
        break;
    }
    return attachment;
  }

  worker::RpcMessage Message(uint8_t options, Input& input, worker::Invocation& owner) {
    worker::RpcMessage message;
    for (int count = options >> 5; count > 0; count--) {
      message.attachments.push_back(Attachment(input.Byte(), owner));
    }
    if ((options & kShort) != 0) {
      message.values = input.Rest();
    } else {
      message.cloned = true;
      message.clone = base::Chunk::Copy(input.Rest());
    }
    return message;
  }

  void CheckThatNothingIsLeft() {
    const worker::Dispatcher& dispatcher = graph().dispatcher();
    ISOLANE_CHECK(dispatcher.live_pipelines() == 0);
    ISOLANE_CHECK(dispatcher.live_invocations() == 0);
    ISOLANE_CHECK(dispatcher.live_bodies() == 0);
    ISOLANE_CHECK(dispatcher.live_stubs() == 0);
    ISOLANE_CHECK(dispatcher.live_calls() == 0);
  }

  Log log_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace

void RpcClone(std::string_view bytes) {
  // One for all inputs, and for longer than V8: the isolates die with the process.
  static Workers& workers = *new Workers();
  Input input(bytes);
  const uint8_t options = input.Byte();
  if ((options & kWhat) == kRoundTrip) {
    workers.RoundTrip(input.Rest());
  } else {
    workers.Send(options, input);
  }
}

}  // namespace isolane::fuzz
