#include "runtime/worker/live_reload.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/packed_head.h"

namespace isolane::worker {

namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

// A connection that was lost and is back means that the program was started again.
constexpr std::string_view kScript =
    "<script>(() => {\n"
    "  const events = new EventSource(\"/cdn-cgi/local/live-reload\");\n"
    "  let lost = false;\n"
    "  events.addEventListener(\"reload\", () => location.reload());\n"
    "  events.onerror = () => { lost = true; };\n"
    "  events.onopen = () => { if (lost) location.reload(); };\n"
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

void LiveReload::Subscribe(http::Exchange& exchange) {
  auto page = std::make_shared<Pipe>();
  page->outside = true;
  // So that a browser knows at once that it is connected.
  page->Write(Chunk::Copy(": isolane\n\n"));
  pages_.push_back(page);
  std::string head;
  base::AppendPackedHeader(head, "content-type", "text/event-stream");
  base::AppendPackedHeader(head, "cache-control", "no-store");
  exchange.Respond(200, head, Body::Stream(std::move(page)), true);
}

void LiveReload::Tell() {
  if (listeners() == 0) return;
  for (const auto& page : pages_) page->Write(Chunk::Copy("event: reload\ndata:\n\n"));
}

void LiveReload::End() {
  for (const auto& page : std::exchange(pages_, {})) page->Close();
}

size_t LiveReload::listeners() {
  std::erase_if(pages_, [](const auto& page) { return page->state() != Pipe::State::kOpen; });
  return pages_.size();
}

}  // namespace isolane::worker
