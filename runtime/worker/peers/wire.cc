#include "runtime/worker/peers/wire.h"

#include <cstring>
#include <type_traits>

namespace isolane::worker::wire {

namespace {

constexpr size_t kLengthSize = 4;
// More attachments than any message has that one process can hold.
constexpr uint32_t kMaxAttachments = 1 << 20;
constexpr int64_t kMaxLimit = int64_t{1} << 40;
constexpr int32_t kMaxDepth = 1 << 20;

// Writes and reads go through the same list of fields, so they cannot disagree.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <typename T>
  void Raw(T& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void Text(std::string_view& text) {
    auto size = static_cast<uint32_t>(text.size());
    Raw(size);
    out_ += text;
  }
  void Flag(bool& flag) { out_.push_back(flag ? 1 : 0); }
  template <typename T>
  void Choice(T& value, T /*last*/) {
    Raw(value);
  }
  template <typename T>
  void InRange(T& value, T /*least*/, T /*most*/) {
    Raw(value);
  }
  uint32_t Count(size_t size) {
    auto count = static_cast<uint32_t>(size);
    Raw(count);
    return count;
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  template <typename T>
  void Raw(T& value) {
    if (rest_.size() < sizeof value) {
      Refuse();
      return;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
  }
  void Text(std::string_view& text) {
    uint32_t size = 0;
    Raw(size);
    if (rest_.size() < size) {
      Refuse();
      return;
    }
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void Flag(bool& flag) {
    uint8_t value = 0;
    Raw(value);
    if (value > 1) Refuse();
    flag = value == 1;
  }
  template <typename T>
  void Choice(T& value, T last) {
    std::underlying_type_t<T> number = 0;
    Raw(number);
    if (number > static_cast<std::underlying_type_t<T>>(last)) {
      Refuse();
      return;
    }
    value = static_cast<T>(number);
  }
  template <typename T>
  void InRange(T& value, T least, T most) {
    Raw(value);
    if (value < least || value > most) Refuse();
  }
  uint32_t Count(size_t) {
    uint32_t count = 0;
    Raw(count);
    // Each takes a byte at least.
    if (count > kMaxAttachments || count > rest_.size()) Refuse();
    return wrong_ ? 0 : count;
  }

  bool Done() const { return !wrong_ && rest_.empty(); }

 private:
  void Refuse() {
    wrong_ = true;
    rest_ = {};
  }

  std::string_view rest_;
  bool wrong_ = false;
};

template <typename Codec>
void Fields(Codec& codec, Hello& hello) {
  codec.Raw(hello.magic);
  codec.Raw(hello.version);
  codec.Text(hello.build);
  codec.Text(hello.instance);
}

template <typename Codec>
void Fields(Codec& codec, Body& body) {
  codec.Choice(body.kind, Body::Kind::kStream);
  if (body.kind == Body::Kind::kBytes) codec.Text(body.bytes);
  if (body.kind != Body::Kind::kStream) return;
  codec.Raw(body.stream);
  codec.InRange(body.length, int64_t{-1}, int64_t{1} << 53);
}

template <typename Codec>
void Fields(Codec& codec, Service& service) {
  codec.Text(service.worker);
  codec.Text(service.entrypoint);
  codec.Text(service.props);
  codec.Flag(service.objects);
}

template <typename Codec>
void Fields(Codec& codec, Attachment& attachment) {
  codec.Choice(attachment.kind, Attachment::Kind::kNamedService);
  switch (attachment.kind) {
    case Attachment::Kind::kBody:
      Fields(codec, attachment.body);
      return;
    case Attachment::Kind::kMine:
    case Attachment::Kind::kYours:
    case Attachment::Kind::kMyChannel:
    case Attachment::Kind::kYourChannel:
      codec.Raw(attachment.number);
      return;
    case Attachment::Kind::kNamedService:
      Fields(codec, attachment.service);
      return;
  }
}

template <typename Codec>
void Fields(Codec& codec, Message& message) {
  codec.Text(message.values);
  codec.Flag(message.cloned);
  if (message.cloned) codec.Text(message.clone);
  codec.Flag(message.with_disposer);
  const uint32_t count = codec.Count(message.attachments.size());
  message.attachments.resize(count);
  for (Attachment& attachment : message.attachments) Fields(codec, attachment);
}

template <typename Codec>
void Fields(Codec& codec, Budget& budget) {
  codec.InRange(budget.subrequests, int64_t{0}, kMaxLimit);
  codec.InRange(budget.cpu_us, int64_t{0}, kMaxLimit);
  for (int64_t* limit : {&budget.depth, &budget.connections, &budget.rpc_mb, &budget.wait_until_ms,
                         &budget.head_kb, &budget.url_kb}) {
    codec.InRange(*limit, int64_t{1}, kMaxLimit);
  }
}

template <typename Codec>
void Fields(Codec& codec, Call& call) {
  codec.Raw(call.number);
  codec.Flag(call.method);
  codec.Choice(call.target, Call::Target::kChannel);
  if (call.target == Call::Target::kService) {
    Fields(codec, call.service);
  } else {
    codec.Raw(call.target_number);
  }
  codec.InRange(call.depth, 1, kMaxDepth);
  codec.Raw(call.operation);
  Fields(codec, call.budget);
  codec.Text(call.head);
  codec.Text(call.props);
  if (call.method) {
    Fields(codec, call.message);
  } else {
    codec.Text(call.cf);
    Fields(codec, call.body);
  }
}

template <typename Codec>
void Fields(Codec& codec, Answer& answer) {
  codec.Raw(answer.number);
  codec.InRange(answer.status, uint16_t{0}, uint16_t{999});
  codec.InRange(answer.subrequests, int64_t{0}, kMaxLimit);
  codec.InRange(answer.cpu_us, int64_t{0}, kMaxLimit);
  if (answer.status == 0) {
    codec.Text(answer.error_type);
    codec.Text(answer.error_message);
    codec.Text(answer.error_extra);
    codec.Text(answer.error_hint);
    codec.Flag(answer.error_remote);
    codec.Flag(answer.error_reset);
    return;
  }
  codec.Text(answer.head);
  Fields(codec, answer.body);
  Fields(codec, answer.message);
  codec.Raw(answer.socket);
}

template <typename Codec>
void Fields(Codec& codec, Data& data) {
  codec.Raw(data.stream);
  codec.Text(data.bytes);
}

template <typename Codec>
void Fields(Codec& codec, Failure& failure) {
  codec.Raw(failure.stream);
  codec.Text(failure.type);
  codec.Text(failure.message);
}

template <typename Codec>
void Fields(Codec& codec, Credit& credit) {
  codec.Raw(credit.stream);
  codec.InRange(credit.bytes, uint32_t{1}, uint32_t{1} << 30);
}

template <typename Codec>
void Fields(Codec& codec, SocketMessage& message) {
  codec.Raw(message.stream);
  codec.Choice(message.kind, SocketMessage::Kind::kLost);
  codec.Raw(message.code);
  codec.Text(message.reason);
  codec.Text(message.data);
}

template <typename Codec>
void Fields(Codec& codec, Gone& gone) {
  codec.Text(gone.worker);
}

template <typename Codec>
void Fields(Codec& codec, Number& number) {
  codec.Raw(number.number);
}

template <typename T>
void AppendFrame(Kind kind, const T& value, std::string& out) {
  const size_t at = out.size();
  out.append(kLengthSize, '\0');
  out.push_back(static_cast<char>(kind));
  Writer writer(out);
  // The list of fields is that of reading too, which writes to them; writing only reads.
  Fields(writer, const_cast<T&>(value));
  const auto length = static_cast<uint32_t>(out.size() - at - kLengthSize);
  std::memcpy(out.data() + at, &length, sizeof length);
}

template <typename T>
bool ReadFields(std::string_view fields, T& value) {
  Reader reader(fields);
  Fields(reader, value);
  return reader.Done();
}

}  // namespace

void Append(const Hello& hello, std::string& out) { AppendFrame(Kind::kHello, hello, out); }
void Append(const Call& call, std::string& out) { AppendFrame(Kind::kCall, call, out); }
void Append(const Answer& answer, std::string& out) { AppendFrame(Kind::kAnswer, answer, out); }
void Append(const Data& data, std::string& out) { AppendFrame(Kind::kData, data, out); }
void Append(const Failure& failure, std::string& out) { AppendFrame(Kind::kFail, failure, out); }
void Append(const Credit& credit, std::string& out) { AppendFrame(Kind::kCredit, credit, out); }
void Append(const SocketMessage& message, std::string& out) {
  AppendFrame(Kind::kMessage, message, out);
}
void Append(const Gone& gone, std::string& out) { AppendFrame(Kind::kGone, gone, out); }
void Append(Kind kind, Number number, std::string& out) { AppendFrame(kind, number, out); }

Frame NextFrame(std::string_view bytes) {
  Frame frame;
  uint32_t length;
  if (bytes.size() < kLengthSize) return frame;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length == 0 || length > kMaxFrame) {
    frame.state = Frame::State::kWrong;
    return frame;
  }
  if (bytes.size() - kLengthSize >= 1) {
    const auto kind = static_cast<uint8_t>(bytes[kLengthSize]);
    if (kind < static_cast<uint8_t>(Kind::kHello) || kind > static_cast<uint8_t>(Kind::kGone)) {
      frame.state = Frame::State::kWrong;
      return frame;
    }
    frame.kind = static_cast<Kind>(kind);
  }
  if (bytes.size() - kLengthSize < length) return frame;
  frame.state = Frame::State::kComplete;
  frame.fields = bytes.substr(kLengthSize + 1, length - 1);
  frame.size = kLengthSize + length;
  return frame;
}

bool Read(std::string_view fields, Hello& hello) { return ReadFields(fields, hello); }
bool Read(std::string_view fields, Call& call) { return ReadFields(fields, call); }
bool Read(std::string_view fields, Answer& answer) { return ReadFields(fields, answer); }
bool Read(std::string_view fields, Data& data) { return ReadFields(fields, data); }
bool Read(std::string_view fields, Failure& failure) { return ReadFields(fields, failure); }
bool Read(std::string_view fields, Credit& credit) { return ReadFields(fields, credit); }
bool Read(std::string_view fields, SocketMessage& message) { return ReadFields(fields, message); }
bool Read(std::string_view fields, Gone& gone) { return ReadFields(fields, gone); }
bool Read(std::string_view fields, Number& number) { return ReadFields(fields, number); }

namespace {

bool IsToken(std::string_view text) {
  for (const char c : text) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') ||
                         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    if (!allowed) return false;
  }
  return !text.empty();
}

bool AreHeaders(std::string_view lines) {
  while (!lines.empty()) {
    lines.remove_prefix(1);  // '\n'
    const std::string_view line = lines.substr(0, lines.find('\n'));
    const size_t mark = line.find('\0');
    if (mark == std::string_view::npos || !IsToken(line.substr(0, mark))) return false;
    const std::string_view name = line.substr(0, mark);
    for (const char c : name) {
      if (c >= 'A' && c <= 'Z') return false;
    }
    if (line.substr(mark + 1).find('\0') != std::string_view::npos) return false;
    lines.remove_prefix(line.size());
  }
  return true;
}

}  // namespace

bool IsRequestHead(std::string_view head) {
  if (head.find('\r') != std::string_view::npos) return false;
  const std::string_view start = head.substr(0, head.find('\n'));
  const size_t mark = start.find('\0');
  if (mark == std::string_view::npos || !IsToken(start.substr(0, mark))) return false;
  const std::string_view url = start.substr(mark + 1);
  return !url.empty() && url.find('\0') == std::string_view::npos &&
         AreHeaders(head.substr(start.size()));
}

bool IsResponseHead(std::string_view head) {
  if (head.find('\r') != std::string_view::npos) return false;
  const std::string_view start = head.substr(0, head.find('\n'));
  return start.find('\0') == std::string_view::npos && AreHeaders(head.substr(start.size()));
}

}  // namespace isolane::worker::wire
