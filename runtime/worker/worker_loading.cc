// What a Worker has to do with loading: what it was given by the one that loaded it, and its own
// Loader.
#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/worker/loader.h"
#include "runtime/worker/rpc_clone.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

Loader& Worker::loader() {
  if (loader_ == nullptr) loader_ = std::make_unique<Loader>(*this);
  return *loader_;
}

int Worker::NumberOf(const Channel& channel) const {
  const auto found = std::find_if(channels_.begin(), channels_.end(),
                                  [&](const Channel& one) { return &one == &channel; });
  return static_cast<int>(found - channels_.begin());
}

int Worker::TakeLoadedChannel() {
  if (!free_channels_.empty()) {
    const int number = free_channels_.front();
    Channel& channel = channels_[static_cast<size_t>(number)];
    if (!dispatcher_.CalledChannels().contains(&channel)) {
      free_channels_.erase(free_channels_.begin());
      channel = Channel();
      return number;
    }
  }
  channels_.emplace_back();
  return static_cast<int>(channels_.size()) - 1;
}

void Worker::FreeLoadedChannel(int number, std::string text) {
  Channel& channel = channels_[static_cast<size_t>(number)];
  channel.loaded = nullptr;
  channel.unresolved = std::move(text);
  free_channels_.push_back(number);
}

void Worker::ConnectGiven() {
  const auto own = [this](const Channel& channel) {
    return &channels_[static_cast<size_t>(ImportChannel(channel))];
  };
  outbound_ = loaded_->outbound;
  if (outbound_.has_value() && outbound_->channel != nullptr) {
    outbound_->channel = own(*outbound_->channel);
  }
  const auto tell = [&](const std::vector<GivenChannel>& tails, bool streaming) {
    for (const GivenChannel& tail : tails) {
      // It may have been reloaded, and be gone.
      if (tail.channel->target == nullptr) continue;
      tail_consumers_.push_back({tail.channel->target, own(*tail.channel), tail.props, streaming});
    }
  };
  tell(loaded_->tails, false);
  tell(loaded_->streaming_tails, true);
}

Status Worker::FillGivenEnv(v8::Local<v8::Context> context, v8::Local<v8::Object> env) {
  if (!loaded_->env.cloned) return Ok{};
  v8::Isolate* isolate = isolate_->v8();
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Value> given;
  v8::Local<v8::Array> names;
  if (!CloneFrom(*this, loaded_->env).ToLocal(&given) || !given->IsObject() ||
      !given.As<v8::Object>()
           ->GetOwnPropertyNames(context, v8::ONLY_ENUMERABLE,
                                 v8::KeyConversionMode::kConvertToString)
           .ToLocal(&names)) {
    return js::ErrorFrom(isolate, try_catch);
  }
  for (uint32_t i = 0; i < names->Length(); i++) {
    v8::Local<v8::Value> name;
    v8::Local<v8::Value> value;
    if (!names->Get(context, i).ToLocal(&name) ||
        !given.As<v8::Object>()->Get(context, name).ToLocal(&value) ||
        env->CreateDataProperty(context, name.As<v8::Name>(), value).IsNothing()) {
      return js::ErrorFrom(isolate, try_catch);
    }
  }
  return Ok{};
}

}  // namespace isolane::worker
