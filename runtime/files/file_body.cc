#include "runtime/files/file_body.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace isolane::files {
namespace {

// What is read at a time, and the largest body that is read before there is a response.
constexpr size_t kBlock = base::Pipe::kHighWaterMark;

// Feeds a pipe from a file. Keeps itself alive while somebody waits for what it reads: until the
// end, an error, or the reader's Cancel.
class FileStream final : public base::PipeWriter, public std::enable_shared_from_this<FileStream> {
 public:
  FileStream(std::shared_ptr<OpenFile> file, uint64_t offset, uint64_t length,
             base::ResponderHost& host)
      : file_(std::move(file)), offset_(offset), left_(length), host_(host) {}

  std::shared_ptr<base::Pipe> Start() {
    pipe_ = std::make_shared<base::Pipe>();
    pipe_->expected_length = left_;
    pipe_->outside = true;
    pipe_->set_writer(this);
    self_ = shared_from_this();
    Pump();
    return pipe_;
  }

 private:
  struct Block {
    std::shared_ptr<char[]> memory = std::make_shared_for_overwrite<char[]>(kBlock);
    ssize_t got = -1;
    int error = 0;
  };

  void OnWritable() override { Pump(); }
  void OnCancel() override { Finish(); }

  // Reads while there is room and the kernel has the bytes; what it has not, the pool fetches.
  void Pump() {
    if (pumping_ || reading_) return;
    pumping_ = true;
    const std::shared_ptr<FileStream> alive = self_;
    while (self_ != nullptr && left_ > 0 && pipe_->writable()) {
      auto block = std::make_shared<Block>();
      block->got = file_->ReadCached(block->memory.get(), Room(), offset_);
      if (block->got < 0) {
        Fetch(std::move(block));
        break;
      }
      Take(*block);
    }
    pumping_ = false;
    if (self_ != nullptr && left_ == 0) {
      const std::shared_ptr<base::Pipe> pipe = pipe_;
      Finish();
      pipe->Close();
    }
  }

  void Fetch(std::shared_ptr<Block> block) {
    reading_ = true;
    host_.RunBlocking(
        [block, file = file_, room = Room(), offset = offset_] {
          block->got = file->Read(block->memory.get(), room, offset);
          block->error = errno;
        },
        [this, alive = shared_from_this(), block] {
          reading_ = false;
          if (self_ == nullptr) return;
          Take(*block);
          Pump();
        });
  }

  void Take(const Block& block) {
    if (block.got <= 0) {
      const std::shared_ptr<base::Pipe> pipe = pipe_;
      Finish();
      pipe->Fail({"Error", block.got == 0 ? "The file has become shorter while it was read."
                                          : std::string("The file could not be read: ") +
                                                std::strerror(block.error)});
      return;
    }
    const auto got = static_cast<size_t>(block.got);
    offset_ += got;
    left_ -= got;
    pipe_->Write(base::Chunk(block.memory.get(), got, block.memory));
  }

  size_t Room() const { return static_cast<size_t>(std::min<uint64_t>(left_, kBlock)); }

  void Finish() {
    if (pipe_ == nullptr) return;
    pipe_->set_writer(nullptr);
    pipe_.reset();
    file_.reset();
    self_.reset();
  }

  std::shared_ptr<OpenFile> file_;
  uint64_t offset_;
  uint64_t left_;
  base::ResponderHost& host_;
  std::shared_ptr<base::Pipe> pipe_;
  // Itself, while it has work to do or waits for the reader.
  std::shared_ptr<FileStream> self_;
  bool pumping_ = false;
  bool reading_ = false;  // on the pool
};

}  // namespace

base::Body MakeFileBody(std::shared_ptr<OpenFile> file, uint64_t offset, uint64_t length,
                        base::ResponderHost& host) {
  if (length == 0) return base::Body::Bytes({});
  if (length <= kBlock) {
    const auto size = static_cast<size_t>(length);
    auto memory = std::make_shared_for_overwrite<char[]>(size);
    if (file->ReadCached(memory.get(), size, offset) == static_cast<ssize_t>(size)) {
      const char* const data = memory.get();
      return base::Body::Bytes(base::Chunk(data, size, std::move(memory)));
    }
  }
  return base::Body::Stream(
      std::make_shared<FileStream>(std::move(file), offset, length, host)->Start());
}

}  // namespace isolane::files
