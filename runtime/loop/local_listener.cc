#include "runtime/loop/local_listener.h"

#include <unistd.h>

namespace isolane::loop {
namespace {

constexpr int kBacklog = 128;

}  // namespace

Handle<LocalListener> LocalListener::Create(uv_loop_t* loop, int descriptor, Callback callback,
                                            void* context) {
  Handle<LocalListener> listener(new LocalListener(callback, context));
  uv_pipe_init(loop, &listener->pipe_, 0);
  listener->pipe_.data = listener.get();
  if (uv_pipe_open(&listener->pipe_, descriptor) != 0) {
    close(descriptor);
    return nullptr;
  }
  const int error = uv_listen(reinterpret_cast<uv_stream_t*>(&listener->pipe_), kBacklog,
                              [](uv_stream_t* stream, int status) {
                                auto* self = static_cast<LocalListener*>(stream->data);
                                if (status == 0) self->callback_(self->context_, stream);
                              });
  if (error != 0) return nullptr;
  return listener;
}

}  // namespace isolane::loop
