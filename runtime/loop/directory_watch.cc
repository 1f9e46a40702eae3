#include "runtime/loop/directory_watch.h"

namespace isolane::loop {

Result<Handle<DirectoryWatch>> DirectoryWatch::Create(uv_loop_t* loop, const std::string& directory,
                                                      Callback callback, void* context) {
  Handle<DirectoryWatch> watch(new DirectoryWatch(callback, context));
  uv_fs_event_init(loop, &watch->event_);
  watch->event_.data = watch.get();
  const int status = uv_fs_event_start(
      &watch->event_,
      [](uv_fs_event_t* event, const char* name, int, int) {
        auto* told = static_cast<DirectoryWatch*>(event->data);
        told->callback_(told->context_, name == nullptr ? "" : name);
      },
      directory.c_str(), 0);
  if (status != 0) {
    return Error{directory + " cannot be watched: " + uv_strerror(status), {}, {}, {}};
  }
  return watch;
}

}  // namespace isolane::loop
