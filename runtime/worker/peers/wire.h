// What two isolane processes say to each other over a unix socket: frames, each a length, a kind
// and fields. Everything that one Worker gives another crosses as the plain data that it is within
// one process; objects, bodies and WebSockets stay where they are and are named by numbers.
//
//   u32 length of what follows   u8 kind   fields, little-endian; texts and bytes with u32 length
//
// Numbers of calls, streams and objects are given by whoever makes them, so each process has its
// own. A frame that is not exactly as it should be is refused as a whole: the peer is not trusted.
//
// Thread: any. Plain data; what was decoded borrows the frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isolane::worker::wire {

// Changes with every change of a frame.
inline constexpr uint32_t kVersion = 2;
inline constexpr uint32_t kMagic = 0x4c4f5349;
// Of one frame. A message is a whole one; [limits] rpc_mb keeps it far below.
inline constexpr size_t kMaxFrame = size_t{256} << 20;
// Bytes of one kData; and of a body that goes with its call or answer.
inline constexpr size_t kMaxData = size_t{64} << 10;
// Bytes (of a WebSocket: of messages) that may be under way on a stream before its reader has
// granted more.
inline constexpr uint32_t kWindow = 256 << 10;

enum class Kind : uint8_t {
  kHello = 1,  // each side's first frame, and only that
  kCall,
  kAnswer,
  kCancel,   // of a call: nobody waits for its answer any more
  kEnd,      // of a call: the request that it was made for is over
  kData,     // of a stream: bytes of a body
  kClose,    // of a body: the end
  kFail,     // of a stream: there is no more, because of an error
  kCredit,   // of a stream, from its reader: so many bytes more may be sent
  kStop,     // of a stream, from its reader: the rest is not wanted
  kMessage,  // of a WebSocket
  kDrop,     // an object that the receiver has given away is not held any more
  kOver,     // of a call: nothing of it is left with the callee
  kBye,      // new calls are refused from now on: the process is about to end
  kGone,     // a Worker is not here any more, and may be elsewhere
};

struct Hello {
  uint32_t magic = kMagic;
  uint32_t version = kVersion;
  // Versions of isolane and V8: clones are V8's own format.
  std::string_view build;
  // Names the process's Runtime.
  std::string_view instance;
};

struct Body {
  enum class Kind : uint8_t { kNone, kBytes, kStream };
  Kind kind = Kind::kNone;
  std::string_view bytes;
  uint32_t stream = 0;
  int64_t length = -1;  // of a stream: what its writer has promised
};

// A Worker's entrypoint by name, or a class of Durable Objects that it exports.
struct Service {
  std::string_view worker;
  std::string_view entrypoint;
  std::string_view props;  // JSON
  bool objects = false;    // it is a class; Call::props says which object is meant
};

struct Attachment {
  enum class Kind : uint8_t {
    kBody,
    kMine,          // an object of the sender
    kYours,         // one that the receiver has given away
    kMyChannel,     // a binding that only the sender can call
    kYourChannel,   // one of the receiver
    kNamedService,  // one that anybody finds by name
  };
  Kind kind = Kind::kBody;
  Body body;
  uint32_t number = 0;
  Service service;
};

struct Message {
  std::string_view values;
  bool cloned = false;
  std::string_view clone;
  bool with_disposer = false;
  std::vector<Attachment> attachments;
};

// What the calls below a request share; see Limits.
struct Budget {
  int64_t subrequests = 0;
  int64_t cpu_us = 0;
  int64_t depth = 0;
  int64_t connections = 0;
  int64_t rpc_mb = 0;
  int64_t wait_until_ms = 0;
  int64_t head_kb = 0;
  int64_t url_kb = 0;
};

struct Call {
  enum class Target : uint8_t { kService, kObject, kChannel };
  uint32_t number = 0;
  bool method = false;  // a method call, else a fetch
  Target target = Target::kService;
  Service service;
  uint32_t target_number = 0;  // of an object or a channel of the receiver
  int32_t depth = 1;           // the callee's
  int32_t operation = 0;
  Budget budget;
  std::string_view head;
  std::string_view cf;
  std::string_view props;  // structured-clone bytes; they win over those of the service
  Body body;
  Message message;
};

struct Answer {
  uint32_t number = 0;
  uint16_t status = 0;  // 0: error
  std::string_view head;
  Body body;
  Message message;
  uint32_t socket = 0;  // of status 101: a stream of messages
  std::string_view error_type;
  std::string_view error_message;
  std::string_view error_extra;
  std::string_view error_hint;
  bool error_remote = false;
  bool error_reset = false;
  // What the call has used of its budget.
  int64_t subrequests = 0;
  int64_t cpu_us = 0;
};

struct Data {
  uint32_t stream = 0;
  std::string_view bytes;
};

struct Failure {
  uint32_t stream = 0;
  std::string_view type;
  std::string_view message;
};

struct Credit {
  uint32_t stream = 0;
  uint32_t bytes = 0;
};

struct SocketMessage {
  enum class Kind : uint8_t { kText, kBinary, kClose, kLost };
  uint32_t stream = 0;
  Kind kind = Kind::kText;
  uint16_t code = 0;
  std::string_view reason;
  std::string_view data;
};

struct Gone {
  std::string_view worker;
};

// kCancel, kEnd, kClose, kStop, kDrop, kOver; of kBye it says nothing.
struct Number {
  uint32_t number = 0;
};

// Appends a whole frame.
void Append(const Hello& hello, std::string& out);
void Append(const Call& call, std::string& out);
void Append(const Answer& answer, std::string& out);
void Append(const Data& data, std::string& out);
void Append(const Failure& failure, std::string& out);
void Append(const Credit& credit, std::string& out);
void Append(const SocketMessage& message, std::string& out);
void Append(const Gone& gone, std::string& out);
void Append(Kind kind, Number number, std::string& out);

// One frame at the head of `bytes`, or what is missing of it.
struct Frame {
  enum class State { kIncomplete, kComplete, kWrong };
  State state = State::kIncomplete;
  Kind kind = Kind::kHello;
  std::string_view fields;
  size_t size = 0;  // of the whole frame
};
Frame NextFrame(std::string_view bytes);

// False: these are not the fields of such a frame.
bool Read(std::string_view fields, Hello& hello);
bool Read(std::string_view fields, Call& call);
bool Read(std::string_view fields, Answer& answer);
bool Read(std::string_view fields, Data& data);
bool Read(std::string_view fields, Failure& failure);
bool Read(std::string_view fields, Credit& credit);
bool Read(std::string_view fields, SocketMessage& message);
bool Read(std::string_view fields, Gone& gone);
bool Read(std::string_view fields, Number& number);

// Whether it is a packed head (base/packed_head.h) that could have come by HTTP: of a request, with
// method and URL, or of a response.
bool IsRequestHead(std::string_view head);
bool IsResponseHead(std::string_view head);

}  // namespace isolane::worker::wire
