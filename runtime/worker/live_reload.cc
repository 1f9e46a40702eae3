#include "runtime/worker/live_reload.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/message_channel.h"
#include "runtime/base/packed_head.h"
#include "runtime/http/web_socket_handshake.h"

namespace isolane::worker {

namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

// A connection that was lost and is back means that the program was started again.
constexpr std::string_view kScript =
    "<script>(() => {\n"
    "  let lost = false;\n"
    "  const listen = () => {\n"
    "    const origin = location.origin.replace(/^http/, \"ws\");\n"
    "    const socket = new WebSocket(origin + \"/cdn-cgi/live-reload\",\n"
    "        \"WRANGLER_PROXYWORKER_LIVE_RELOAD_PROTOCOL\");\n"
    "    socket.onopen = () => { if (lost) location.reload(); };\n"
    "    socket.onmessage = () => location.reload();\n"
    "    socket.onclose = () => { lost = true; setTimeout(listen, 200); };\n"
    "  };\n"
    "  listen();\n"
    "})();</script>";

// Stands between a page and the pipe of the page with the script. It owns itself: it lives until
// all has passed, or the reader lets go.
class Appending final : public base::PipeReader, public base::PipeWriter {
 public:
  explicit Appending(std::shared_ptr<Pipe> source)
      : source_(std::move(source)), page_(std::make_shared<Pipe>()) {
    page_->outside = source_->outside;
    page_->set_writer(this);
    source_->set_reader(this);
  }

  const std::shared_ptr<Pipe>& page() const { return page_; }

  // Passes on what there is. May delete this object.
  void Run() {
    // The reader may ask for more, or let go, from within Write.
    if (std::exchange(running_, true)) return;
    while (!over_ && page_->writable()) {
      std::optional<Chunk> next = source_->Read();
      if (next) {
        page_->Write(*std::move(next));
        continue;
      }
      if (source_->state() == Pipe::State::kOpen) break;
      if (source_->state() == Pipe::State::kErrored) {
        const base::PipeError error = source_->error();
        LetGo()->Fail(error);
      } else {
        page_->Write(Chunk::Copy(kScript));
        if (!over_) LetGo()->Close();
      }
    }
    running_ = false;
    if (over_) delete this;
  }

  void OnReadable() override { Run(); }
  void OnWritable() override { Run(); }
  void OnEmpty() override { source_->AskWriter(); }
  void OnCancel() override {
    LetGo();
    if (!running_) delete this;
  }

 private:
  std::shared_ptr<Pipe> LetGo() {
    over_ = true;
    page_->set_writer(nullptr);
    source_->set_reader(nullptr);
    if (source_->state() == Pipe::State::kOpen) source_->Cancel();
    return page_;
  }

  const std::shared_ptr<Pipe> source_;
  const std::shared_ptr<Pipe> page_;
  bool running_ = false;
  bool over_ = false;
};

}  // namespace

void LiveReload::AddScript(int status, std::string& packed_head, Body& body) {
  if (body.none() || status < 200 || status == 204 || status == 304) return;
  bool html = false;
  bool encoded = false;
  std::string head(base::PackedStart(packed_head));
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (name == "content-type") html = value.starts_with("text/html");
    if (name == "content-encoding") encoded = true;
    if (name != "content-length") base::AppendPackedHeader(head, name, value);
  });
  if (!html || encoded) return;
  packed_head = std::move(head);
  if (body.kind == Body::Kind::kBytes) {
    std::string page(body.bytes.view());
    page += kScript;
    body = Body::Bytes(Chunk::Copy(page));
    return;
  }
  auto* const appending = new Appending(std::move(body.pipe));
  body = Body::Stream(appending->page());
  appending->Run();
}

// A page that listens, from its request to the end of its WebSocket.
class LiveReload::Page final : public http::ExchangeListener, public base::MessageListener {
 public:
  explicit Page(http::Exchange& exchange) : exchange_(&exchange) { exchange.set_listener(this); }
  ~Page() override {
    if (exchange_ != nullptr) exchange_->set_listener(nullptr);
    if (end_ != nullptr) end_->set_listener(nullptr);
  }

  bool over() const { return exchange_ == nullptr; }

  void Join() {
    if (exchange_ == nullptr || end_ != nullptr) return;
    auto [near, far] = base::MessageEnd::Pair();
    end_ = std::move(near);
    end_->set_listener(this);
    std::string head;
    base::AppendPackedHeader(head, "sec-websocket-protocol", kProtocol);
    if (!exchange_->UpgradeToWebSocket(head, std::move(far))) exchange_->Abort();
  }

  void Tell() {
    if (end_ != nullptr) end_->Send({base::Message::Kind::kText, 0, Chunk::Copy("reload")});
  }

  void OnResponseSent() override { exchange_ = nullptr; }
  void OnClientGone() override { exchange_ = nullptr; }

  void OnMessage() override {
    base::Message message;
    while (end_->Receive(&message)) {
      if (message.kind == base::Message::Kind::kClose) end_->Close(message.code, {});
    }
  }
  void OnDrained() override {}

 private:
  http::Exchange* exchange_;  // null once it ended
  std::shared_ptr<base::MessageEnd> end_;
};

LiveReload::LiveReload() = default;
LiveReload::~LiveReload() = default;

bool LiveReload::Subscribe(http::Exchange& exchange) {
  bool asked = false;
  base::VisitPackedHeaders(exchange.packed_head(),
                           [&asked](std::string_view name, std::string_view value) {
                             asked |= name == "sec-websocket-protocol" && value == kProtocol;
                           });
  if (!asked || !http::WantsWebSocket(exchange.packed_head())) return false;
  std::erase_if(pages_, [](const auto& page) { return page->over(); });
  pages_.push_back(std::make_unique<Page>(exchange));
  waiting_ = true;
  return true;
}

void LiveReload::JoinWaiting() {
  for (const auto& page : pages_) page->Join();
  waiting_ = false;
}

void LiveReload::Tell() {
  std::erase_if(pages_, [](const auto& page) { return page->over(); });
  for (const auto& page : pages_) page->Tell();
}

}  // namespace isolane::worker
