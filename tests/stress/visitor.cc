#include "tests/stress/visitor.h"

#include <algorithm>
#include <string_view>

namespace isolane::stress {

namespace {

std::string Chunked(size_t chunks, size_t size) {
  char head[32];
  std::string text;
  for (size_t i = 0; i < chunks; i++) {
    std::snprintf(head, sizeof head, "%zx\r\n", size);
    text.append(head).append(size, 'c').append("\r\n");
  }
  return text + "0\r\n\r\n";
}

}  // namespace

Visitor::Visitor(int port, const std::string& query, uint32_t seed)
    : random_(seed), query_(query), socket_(port) {
  auto below = [this](size_t limit) { return random_() % limit; };
  manners_ = static_cast<Manners>(below(5) % 4);
  const bool posts = below(2) == 0;
  request_ = (posts ? "POST " : "GET ") + query + " HTTP/1.1\r\nhost: stress.test\r\n";
  request_ += "connection: close\r\n";
  if (!posts) {
    request_ += "\r\n";
  } else if (below(2) == 0) {
    const size_t size = below(200'000);
    request_ += "content-length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'b');
  } else {
    request_ += "transfer-encoding: chunked\r\n\r\n" + Chunked(below(9), 1 + below(20'000));
  }
  const size_t pieces[] = {1'000'000, 5'000, 60'000, 400};
  piece_ = pieces[below(4)];
  patience_ = manners_ == Manners::kLeavesWhileSending ? below(request_.size()) : below(3000);
  parser_.Begin(http::ResponseParser::Asked::kBody);
}

void Visitor::Leave() {
  if (random_() % 2 == 0) {
    socket_.Reset();
  } else {
    socket_.Close();
  }
  over_ = true;
}

void Visitor::Step() {
  if (over_) return;
  SendMore();
  if (!over_) Receive();
}

void Visitor::SendMore() {
  if (sent_ == request_.size()) return;
  size_t size = std::min(piece_, request_.size() - sent_);
  if (manners_ == Manners::kLeavesWhileSending) size = std::min(size, patience_ - sent_);
  sent_ += socket_.Send(std::string_view(request_).substr(sent_, size));
  if (manners_ == Manners::kLeavesWhileSending && sent_ == patience_) Leave();
  if (manners_ == Manners::kLeavesAfterSending && sent_ == request_.size()) Leave();
}

void Visitor::Receive() {
  socket_.Poll();
  const std::string bytes = socket_.Take();
  received_ += bytes.size();
  if (manners_ == Manners::kLeavesWhileReading && !bytes.empty()) {
    patience_ -= std::min(patience_, bytes.size());
    if (patience_ == 0) return Leave();
  }
  if (!bytes.empty()) parser_.Feed(bytes);
  if (!socket_.ended()) return;
  over_ = true;
  using State = http::ResponseParser::State;
  if (parser_.state() == State::kFailed) {
    wrong_ = "a response that is no HTTP: " + parser_.error();
    return;
  }
  const bool has_head = parser_.state() != State::kHead;
  parser_.FeedEnd();
  if (parser_.state() == State::kComplete) return;
  cut_ = true;
  // Bytes that arrive after the server has closed reset the connection, and the answer may be lost.
  if (!has_head && sent_ == request_.size() && !socket_.reset()) wrong_ = "no response";
}

std::string Visitor::State() const {
  return query_ + " (sent " + std::to_string(sent_) + " of " + std::to_string(request_.size()) +
         ", received " + std::to_string(received_) + ", stage " +
         std::to_string(static_cast<int>(parser_.state())) + ")";
}

bool Visitor::failed() const { return cut_ || parser_.status() >= 500; }

}  // namespace isolane::stress
