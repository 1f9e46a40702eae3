#include "runtime/worker/embedder_call.h"

#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/packed_head.h"
#include "runtime/worker/http_frontend.h"
#include "runtime/worker/worker.h"
#include "third_party/ada/ada_c.h"

namespace isolane::worker {

namespace {

void AppendHeaders(const HeaderList& headers, std::string& packed) {
  for (const auto& [name, value] : headers) {
    base::AppendPackedHeader(packed, base::LowerCased(name), value);
  }
}

HeaderList HeadersOf(std::string_view packed) {
  HeaderList headers;
  base::VisitPackedHeaders(packed, [&](std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
  });
  return headers;
}

const char* WrongHeader(const HeaderList& headers) {
  for (const auto& [name, value] : headers) {
    if (name.empty()) return "a header has no name";
    for (char c : name) {
      if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
          c == ':') {
        return "a header's name has a character that HTTP does not allow";
      }
    }
    if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) {
      return "a header's value has a line break or a NUL";
    }
  }
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<EmbedderCall>> EmbedderCall::Create(
    Request request, std::function<void(Result<Response>)> done) {
  ada_url parsed = ada_parse(request.url.data(), request.url.size());
  const bool valid = ada_is_valid(parsed);
  ada_free(parsed);
  const std::string url = valid ? NormalizedUrl(request.url) : std::string();
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return Error{"not an absolute http or https URL: " + request.url, {}, {}, {}};
  }
  if (const char* wrong = WrongHeader(request.headers)) return Error{wrong, {}, {}, {}};
  if (!request.body.empty() && (request.method == "GET" || request.method == "HEAD")) {
    return Error{"a " + request.method + " request cannot have a body", {}, {}, {}};
  }
  std::unique_ptr<EmbedderCall> call(new EmbedderCall(std::move(done)));
  call->head_ = request.method;
  call->head_ += base::kValueMark;
  call->head_ += url;
  AppendHeaders(request.headers, call->head_);
  if (!request.body.empty()) {
    call->request_body_ = base::Body::Bytes(base::Chunk::Copy(request.body));
  }
  return call;
}

void EmbedderCall::Start(Dispatcher& dispatcher, Worker& worker) {
  dispatcher_ = &dispatcher;
  std::string_view accept_encoding;
  if (worker.develops()) {
    accept_encoding = base::FindPackedHeader(head_, "accept-encoding").value_or("");
  }
  pipeline_ = dispatcher.Open(worker, *this, head_, std::move(request_body_), accept_encoding);
}

void EmbedderCall::OnResponse(int status, std::string_view packed_head, base::Body body, bool) {
  response_.status = status;
  response_.status_text = base::PackedStart(packed_head);
  response_.headers = HeadersOf(packed_head);
  if (body.kind == base::Body::Kind::kPipe) {
    pipe_ = std::move(body.pipe);
    pipe_->set_reader(this);
    OnReadable();
    return;
  }
  response_.body = body.bytes.view();
  Finish();
}

void EmbedderCall::OnFailure(int status, const std::string& text) {
  response_.status = status;
  response_.headers = {{"content-type", "text/plain;charset=UTF-8"}};
  response_.body = text;
  Finish();
}

void EmbedderCall::OnReadable() {
  while (auto chunk = pipe_->Read()) response_.body += chunk->view();
  if (pipe_->state() == base::Pipe::State::kOpen) return;
  if (pipe_->state() == base::Pipe::State::kErrored) {
    failure_ = "the response's body broke off: " + pipe_->error().message;
  }
  pipe_->set_reader(nullptr);
  Finish();
}

void EmbedderCall::Finish() {
  if (finished_) return;
  finished_ = true;
  dispatcher_->ResponseSent(pipeline_);
}

void EmbedderCall::OnPipelineEnd() {
  over_ = true;
  if (done_ == nullptr) return;
  auto done = std::move(done_);
  done_ = nullptr;
  if (!finished_) {
    done(Error{"the runtime was stopped before there was a response", {}, {}, {}});
  } else if (!failure_.empty()) {
    done(Error{failure_, {}, {}, {}});
  } else {
    done(std::move(response_));
  }
}

HostService MakeHostService(ServiceFunction service) {
  return [service = std::move(service)](std::string_view packed_head, const base::Body& body,
                                        int* status, std::string* response_head,
                                        base::Body* response_body) {
    Request request;
    request.method = base::PackedMethod(packed_head);
    request.url = base::PackedUrl(packed_head);
    request.headers = HeadersOf(packed_head);
    request.body = body.bytes.view();
    Response response = service(request);
    *status = response.status;
    *response_head = response.status_text;
    AppendHeaders(response.headers, *response_head);
    *response_body = base::Body::Bytes(base::Chunk::Copy(response.body));
  };
}

}  // namespace isolane::worker
