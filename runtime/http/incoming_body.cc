#include "runtime/http/incoming_body.h"

#include <utility>

namespace isolane::http {

using base::Body;
using base::Chunk;
using base::Pipe;

void IncomingBody::Begin(std::optional<uint64_t> length) {
  receiving_ = true;
  dropping_ = false;
  received_ = dropped_ = 0;
  length_ = length;
}

void IncomingBody::Add(std::string_view bytes) {
  received_ += bytes.size();
  if (dropping_) {
    dropped_ += bytes.size();
    return;
  }
  if (run_.empty() && buffer_.empty()) {
    run_ = bytes;
    return;
  }
  if (!run_.empty()) buffer_.Append(std::exchange(run_, {}));
  buffer_.Append(bytes);
}

void IncomingBody::Settle() {
  if (pipe_ == nullptr) {
    if (!run_.empty()) buffer_.Append(std::exchange(run_, {}));
    return;
  }
  if (!gathered().empty()) pipe_->Write(Chunk::Copy(gathered()));
  run_ = {};
  buffer_.Clear();
}

std::shared_ptr<Pipe> IncomingBody::Stream() {
  pipe_ = std::make_shared<Pipe>();
  pipe_->expected_length = length_;
  pipe_->set_writer(this);
  Settle();
  return pipe_;
}

Body IncomingBody::Finish() {
  receiving_ = false;
  Body body;
  if (pipe_ != nullptr) {
    Settle();
    pipe_->set_writer(nullptr);
    pipe_->Close();
    pipe_.reset();
  } else if (!dropping_) {
    body = Body::Bytes(Chunk::Copy(gathered()));
  }
  run_ = {};
  buffer_.Clear();
  return body;
}

void IncomingBody::Fail(const std::string& message) {
  receiving_ = false;
  run_ = {};
  buffer_.Clear();
  if (pipe_ == nullptr) return;
  pipe_->set_writer(nullptr);
  pipe_->Fail({"Error", message});
  pipe_.reset();
}

void IncomingBody::Drop() {
  if (!receiving_ || dropping_) return;
  dropping_ = true;
  dropped_ = gathered().size();
  run_ = {};
  buffer_.Clear();
  if (pipe_ == nullptr) return;
  pipe_->set_writer(nullptr);
  pipe_.reset();
}

bool IncomingBody::full() const {
  if (!receiving_) return false;
  if (dropping_) return dropped_too_much();
  return pipe_ != nullptr ? !pipe_->writable() : buffer_.size() >= Pipe::kHighWaterMark;
}

void IncomingBody::OnCancel() {
  Drop();
  owner_.OnBodyRoom();
}

}  // namespace isolane::http
