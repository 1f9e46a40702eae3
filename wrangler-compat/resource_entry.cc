#include "wrangler-compat/resource_entry.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "wrangler-compat/config_workflows.h"

namespace isolane::wrangler {
namespace {

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsBucketName(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  for (size_t i = 0; i < name.size(); i++) {
    const bool inside = i > 0 && i + 1 < name.size();
    if (!IsLower(name[i]) && !IsDigit(name[i]) && !(inside && name[i] == '-')) return false;
  }
  return true;
}

enum class FieldValue { kString, kFilled, kFlag, kAny };

struct FieldWords {
  bool required;
  FieldValue value;
  std::string_view text;
};

FieldWords WordsOf(FieldNeed need) {
  switch (need) {
    case FieldNeed::kString:
      return {true, FieldValue::kString, "should have a string "};
    case FieldNeed::kMustString:
      return {true, FieldValue::kString, "must have a string "};
    case FieldNeed::kMustA:
      return {true, FieldValue::kString, "must have a "};
    case FieldNeed::kMustAn:
      return {true, FieldValue::kString, "must have an "};
    case FieldNeed::kFilled:
      return {true, FieldValue::kFilled, "should have a string "};
    case FieldNeed::kIdIfThere:
      return {false, FieldValue::kFilled, "should have a string "};
    case FieldNeed::kNameIfThere:
      return {false, FieldValue::kFilled, "should, optionally, have a string "};
    case FieldNeed::kFilledIfThere:
      return {false, FieldValue::kFilled, "should optionally have a non-empty string "};
    case FieldNeed::kMustAIfThere:
      return {false, FieldValue::kString, "must have a "};
    case FieldNeed::kMayString:
      return {false, FieldValue::kString, "may have a string "};
    case FieldNeed::kOptional:
      return {false, FieldValue::kString, "should, optionally, have a string "};
    case FieldNeed::kOptionally:
      return {false, FieldValue::kString, "should optionally have a string "};
    case FieldNeed::kOptionalFlag:
      return {false, FieldValue::kFlag, "should, optionally, have a boolean "};
    case FieldNeed::kMustFlagIfThere:
      return {false, FieldValue::kFlag, "must have a boolean "};
    case FieldNeed::kAny:
      break;
  }
  return {false, FieldValue::kAny, {}};
}

bool Fits(const ConfigNode& node, FieldValue value) {
  switch (value) {
    case FieldValue::kString:
      return node.IsString();
    case FieldValue::kFilled:
      return node.IsString() && !node.text.empty();
    case FieldValue::kFlag:
      return node.IsBoolean();
    case FieldValue::kAny:
      break;
  }
  return true;
}

void CheckConsumer(ConfigSection& section, const ConfigNode& node, const std::string& field) {
  if (!IsObjectOrList(node)) {
    section.Fail("\"" + field + "\" should be a objects, but got " + ToJson(node), node.position);
    return;
  }
  static constexpr std::string_view kKnown[] = {"queue",           "type",
                                                "max_batch_size",  "max_batch_timeout",
                                                "max_retries",     "dead_letter_queue",
                                                "max_concurrency", "visibility_timeout_ms",
                                                "retry_delay"};
  section.Part(node, field).WarnUnexpected(kKnown);
  const auto fail = [&](const std::string& text, Position position) {
    section.Fail("\"" + field + "\" " + text + " field but got " + ToJson(node) + ".", position);
  };
  const ConfigMember* queue = node.Find("queue");
  if (queue == nullptr || !queue->value.IsString()) {
    fail("should have a string \"queue\"", node.position);
  }
  const ConfigMember* type = node.Find("type");
  if (type != nullptr && type->value.text != "worker") {
    section.Fail("\"" + field + ".type\" has an invalid value \"" + AsText(type->value) +
                     "\". Only \"worker\" consumers can be configured in your Wrangler "
                     "configuration.",
                 type->position);
  }
  for (const std::string_view key : std::span(kKnown).subspan(1)) {
    const ConfigMember* member = node.Find(key);
    const bool text = key == "type" || key == "dead_letter_queue";
    if (member == nullptr || (text ? member->value.IsString() : member->value.IsNumber())) continue;
    fail(std::string("should, optionally, have a ") + (text ? "string " : "number ") +
             JsonQuote(key),
         member->position);
  }
}

// Kinds that wrangler has keys for.
bool IsSafeKind(std::string_view type) {
  static constexpr std::string_view kSafe[] = {"plain_text",
                                               "secret_text",
                                               "json",
                                               "wasm_module",
                                               "data_blob",
                                               "text_blob",
                                               "browser",
                                               "analytics",
                                               "ai",
                                               "ai_search_namespace",
                                               "ai_search",
                                               "agent_memory",
                                               "kv_namespace",
                                               "durable_object_namespace",
                                               "d1_database",
                                               "r2_bucket",
                                               "service",
                                               "logfwdr",
                                               "mtls_certificate",
                                               "pipeline",
                                               "k2",
                                               "worker_loader",
                                               "vpc_service",
                                               "flagship",
                                               "vpc_network",
                                               "stream",
                                               "media",
                                               "artifacts"};
  return std::find(std::begin(kSafe), std::end(kSafe), type) != std::end(kSafe);
}

}  // namespace

ConfigSection NestedUnsafe(const ConfigSection& section, const ConfigNode& node,
                           const std::string& field) {
  return section.Nested(node, field, section.Path().empty() ? "unsafe" : section.Path());
}

bool ResourceEntry::Check() {
  // Of a producer with another field wrangler says nothing else.
  if (kind_.key == "queues" && HasUnexpected()) return false;
  bool checked = false;
  for (const ResourceField& field : kind_.fields) {
    if (field.name == "remote" && !std::exchange(checked, true)) CheckKind();
    CheckField(field);
    if (kind_.key == "r2_buckets") CheckBucket(field.name);
  }
  if (!checked) CheckKind();
  if (kind_.key == "r2_buckets") CheckLocalStorage();
  return valid_;
}

void ResourceEntry::CheckKind() {
  if (kind_.key == "queues") CheckProducer();
  if (kind_.key == "ratelimits") CheckRateLimit();
  if (kind_.key == "workflows") CheckWorkflow();
  if (kind_.key == "pipelines") CheckPipeline();
  if (kind_.key == "k2") CheckStream();
  if (kind_.key == "send_email") CheckMail();
  if (kind_.key == "vpc_networks") CheckNetwork();
  if (kind_.key == "dispatch_namespaces") CheckOutbound();
  if (kind_.key == "unsafe") CheckUnsafe();
}

bool ResourceEntry::HasUnexpected() const {
  return !node_.items.empty() ||
         std::any_of(
             node_.members.begin(), node_.members.end(), [this](const ConfigMember& member) {
               return std::none_of(
                   kind_.fields.begin(), kind_.fields.end(),
                   [&member](const ResourceField& field) { return field.name == member.key; });
             });
}

void ResourceEntry::WarnUnexpected() {
  if (kind_.open) return;
  std::vector<std::string_view> known;
  for (const ResourceField& field : kind_.fields) known.push_back(field.name);
  section_.Part(node_, field_).WarnUnexpected(known);
}

std::string ResourceEntry::Target() const {
  for (const std::string_view field : kind_.target_fields) {
    const ConfigMember* member = node_.Find(field);
    if (member != nullptr && member->value.IsString()) return member->value.text;
  }
  return {};
}

void ResourceEntry::Fail(const std::string& text, const ConfigMember* member) {
  section_.Fail("\"" + field_ + "\" " + text + " but got " + ShownJson(kind_.key, node_) + ".",
                member != nullptr ? member->position : node_.position);
  valid_ = false;
}

void ResourceEntry::CheckField(const ResourceField& field) {
  const ConfigMember* member = node_.Find(field.name);
  const FieldWords words = WordsOf(field.need);
  if (member == nullptr ? !words.required : Fits(member->value, words.value)) return;
  const std::string quoted = "\"" + std::string(field.name) + "\" field";
  if (field.need == FieldNeed::kString && kind_.shape == ResourceShape::kObject) {
    section_.Fail("binding should have a string " + quoted + ".", node_.position);
    valid_ = false;
    return;
  }
  // Wrangler says it without "bindings" of these, and of "remote".
  const bool bare = kind_.key == "dispatch_namespaces" || field.need == FieldNeed::kOptionalFlag;
  Fail((bare ? "" : "bindings ") + std::string(words.text) + quoted, member);
}

// The name of one, if `key` is where it is. Not of an entry that has a mistake already.
void ResourceEntry::CheckBucket(std::string_view key) {
  if (!valid_ || (key != "bucket_name" && key != "preview_bucket_name")) return;
  const ConfigMember* name = node_.Find(key);
  if (name == nullptr || IsBucketName(name->value.text)) return;
  // The blank is wrangler's.
  section_.Fail(field_ + "." + std::string(key) + (key == "bucket_name" ? "=" : "= ") +
                    JsonQuote(name->value.text) +
                    " is invalid. Bucket names must begin and end with an alphanumeric "
                    "character, only contain lowercase letters, numbers, and hyphens, and be "
                    "between 3 and 63 characters long.",
                name->position);
  valid_ = false;
}

void ResourceEntry::CheckLocalStorage() {
  const ConfigMember* local = node_.Find("local_dev");
  if (local == nullptr) return;
  if (!IsObjectOrList(local->value)) {
    return Fail("bindings should, optionally, have an object \"local_dev\" field", local);
  }
  static constexpr std::string_view kKnown[] = {"experimental_s3_credentials"};
  if (const ConfigMember* credentials = local->value.Find(kKnown[0])) {
    section_.Warn(
        "\"local_dev.experimental_s3_credentials\" fields are experimental and may change or break "
        "at any time.",
        credentials->position);
    const ConfigMember* id = credentials->value.Find("accessKeyId");
    const ConfigMember* secret = credentials->value.Find("secretAccessKey");
    if (id == nullptr || !id->value.IsString() || secret == nullptr || !secret->value.IsString()) {
      Fail(
          "bindings should, optionally, have a \"local_dev.experimental_s3_credentials\" field "
          "with string \"accessKeyId\" and \"secretAccessKey\" fields,",
          credentials);
    }
  }
  section_.Part(local->value, field_ + ".local_dev").WarnUnexpected(kKnown);
}

void ResourceEntry::CheckProducer() {
  const ConfigMember* delay = node_.Find("delivery_delay");
  if (delay == nullptr) return;
  if (!delay->value.IsNumber()) {
    Fail("should, optionally, have a number \"delivery_delay\" field", delay);
  }
  section_.Warn("The \"delivery_delay\" field in \"" + field_ +
                    "\" is deprecated and has no effect. Queue-level settings should be "
                    "configured using \"wrangler queues update\" instead. This setting will be "
                    "removed in a future version.",
                delay->position);
}

void ResourceEntry::CheckRateLimit() {
  const ConfigMember* simple = node_.Find("simple");
  if (simple == nullptr || !IsObjectOrList(simple->value)) {
    return Fail("bindings must have a \"simple\" configuration object", simple);
  }
  const ConfigNode& value = simple->value;
  const ConfigMember* limit = value.Find("limit");
  const ConfigMember* period = value.Find("period");
  const auto fail = [&](const std::string& text, const ConfigNode& got) {
    section_.Fail("\"" + field_ + "\" bindings " + text + " but got " + ToJson(got) + ".",
                  simple->position);
    valid_ = false;
  };
  if (limit == nullptr || !limit->value.IsNumber())
    fail("\"simple.limit\" must be a number", value);
  if (period == nullptr || !period->value.IsNumber()) {
    fail("\"simple.period\" is required and must be a number", value);
  } else if (const auto seconds = WholeNumberOf(period->value); seconds != 10 && seconds != 60) {
    fail("\"simple.period\" must be either 10 or 60", period->value);
  }
  static constexpr std::string_view kKnown[] = {"limit", "period"};
  section_.Part(value, field_ + ".simple").WarnUnexpected(kKnown);
}

void ResourceEntry::CheckWorkflow() {
  const ConfigMember* name = node_.Find("name");
  if (name != nullptr && name->value.IsString() && !IsWorkflowName(name->value.text)) {
    section_.Fail("\"" + field_ + "\" binding \"name\" field is invalid. " + kWorkflowNameRule,
                  name->position);
    valid_ = false;
  }
  valid_ = CheckWorkflowSettings(section_, node_, field_, "bindings") && valid_;
}

void ResourceEntry::CheckPipeline() {
  const ConfigMember* stream = node_.Find("stream");
  const ConfigMember* old = node_.Find("pipeline");
  const auto is_named = [](const ConfigMember* member) {
    return member != nullptr && Fits(member->value, FieldValue::kFilled);
  };
  if (is_named(stream)) return;
  if (is_named(old)) {
    section_.Warn("The \"pipeline\" field in \"" + field_ +
                      "\" bindings is deprecated. Use \"stream\" instead.",
                  old->position);
  } else {
    Fail("bindings must have a string \"stream\" field", stream);
  }
}

void ResourceEntry::CheckStream() {
  for (const std::string_view key : {"binding", "stream"}) {
    const ConfigMember* member = node_.Find(key);
    if (member != nullptr && member->value.IsString()) continue;
    section_.Fail(JsonQuote(field_) + " must have a string " + JsonQuote(key) + " field.",
                  member == nullptr ? node_.position : member->position);
    valid_ = false;
  }
  const ConfigMember* remote = node_.Find("remote");
  if (remote == nullptr || !remote->value.IsBoolean() || remote->value.boolean) return;
  section_.Fail(JsonQuote(field_) +
                    " does not support `remote: false`. K2 bindings always access remote "
                    "resources; omit \"remote\" or set `remote: true`.",
                remote->position);
  valid_ = false;
}

void ResourceEntry::CheckMail() {
  for (const std::string_view key : {"allowed_destination_addresses", "allowed_sender_addresses"}) {
    const ConfigMember* list = node_.Find(key);
    if (list == nullptr) continue;
    const auto& items = list->value.items;
    const bool object = IsObjectOrList(list->value) || list->value.kind == ConfigKind::kNull;
    if (object && std::all_of(items.begin(), items.end(),
                              [](const ConfigNode& item) { return item.IsString(); })) {
      continue;
    }
    Fail("bindings should, optionally, have a []string \"" + std::string(key) + "\" field", list);
  }
  if (node_.Find("destination_address") == nullptr ||
      node_.Find("allowed_destination_addresses") == nullptr) {
    return;
  }
  section_.Fail("\"" + field_ +
                    "\" bindings should have either a \"destination_address\" or "
                    "\"allowed_destination_addresses\" field, but not both.",
                node_.position);
  valid_ = false;
}

void ResourceEntry::CheckNetwork() {
  const ConfigMember* tunnel = node_.Find("tunnel_id");
  const ConfigMember* network = node_.Find("network_id");
  if (tunnel != nullptr && network != nullptr) {
    section_.Fail("\"" + field_ +
                      "\" bindings must have either a \"tunnel_id\" or \"network_id\", but not "
                      "both.",
                  network->position);
    valid_ = false;
    return;
  }
  const ConfigMember* given = tunnel != nullptr ? tunnel : network;
  if (given == nullptr) {
    Fail("bindings must have either a \"tunnel_id\" or \"network_id\" field", nullptr);
  } else if (!given->value.IsString()) {
    Fail("bindings must have a string \"" + given->key + "\" field", given);
  }
}

void ResourceEntry::CheckOutbound() {
  const ConfigMember* outbound = node_.Find("outbound");
  if (outbound == nullptr) return;
  const std::string field = field_ + ".outbound";
  bool valid = false;
  const bool null = outbound->value.kind == ConfigKind::kNull;
  if (!IsObjectOrList(outbound->value) && !null) {
    section_.Fail(JsonQuote(field) + " should be an object, but got " + ToJson(outbound->value),
                  outbound->position);
  } else {
    // Only the first mistake, like wrangler.
    ConfigSection part = section_.Part(outbound->value, field);
    if (part.Find("service") == nullptr) {
      part.Fail(JsonQuote(field + ".service") + " is a required field.", outbound->position);
    } else {
      valid = part.String("service").has_value() &&
              (part.Find("environment") == nullptr || part.String("environment").has_value()) &&
              part.CheckStrings("parameters");
    }
  }
  if (valid) return;
  section_.Fail(JsonQuote(field_) + " has an invalid outbound definition.", outbound->position);
  valid_ = false;
}

void ResourceEntry::CheckUnsafe() {
  ConfigSection nested = NestedUnsafe(section_, node_, field_);
  const ConfigMember* type = node_.Find("type");
  const ConfigMember* name = node_.Find("name");
  const bool named = name != nullptr && name->value.IsString();
  if (type != nullptr && type->value.IsString() && IsSafeKind(type->value.text)) {
    const std::string& text = type->value.text;
    nested.Warn("The binding type \"" + text +
                    "\" is directly supported by wrangler.\nConsider migrating this unsafe "
                    "binding to a format for '" +
                    text +
                    "' bindings that is supported by wrangler for optimal support.\nFor more "
                    "details, see https://developers.cloudflare.com/workers/cli-wrangler/"
                    "configuration",
                type->position);
  }
  if (type != nullptr && type->value.text == "metadata" && named) {
    nested.Warn(
        "The deployment object in the metadata binding is now deprecated. Please switch using the "
        "version_metadata binding for access to version specific fields: "
        "https://developers.cloudflare.com/workers/runtime-apis/bindings/version-metadata",
        type->position);
  }
  for (const std::string_view key : {"name", "type"}) {
    const ConfigMember* member = node_.Find(key);
    if (member != nullptr && member->value.IsString()) continue;
    nested.Fail("binding should have a string " + JsonQuote(key) + " field.",
                member == nullptr ? node_.position : member->position);
    valid_ = false;
  }
}

void CheckQueueConsumers(ConfigSection& section) {
  const ConfigMember* queues = section.Find("queues");
  if (queues == nullptr || !queues->value.IsObject()) return;
  static constexpr std::string_view kKnown[] = {"producers", "consumers"};
  const std::string path = section.Field("queues");
  section.Part(queues->value, path).WarnUnexpected(kKnown);
  const ConfigMember* consumers = queues->value.Find("consumers");
  if (consumers == nullptr) return;
  const std::string field = path + ".consumers";
  if (!consumers->value.IsArray()) {
    section.Fail(
        "The field \"" + field + "\" should be an array but got " + ToJson(consumers->value) + ".",
        consumers->position);
    return;
  }
  for (size_t i = 0; i < consumers->value.items.size(); i++) {
    CheckConsumer(section, consumers->value.items[i], field + "[" + std::to_string(i) + "]");
  }
  if (!consumers->value.items.empty()) {
    section.WarnOfLack("\"queues.consumers\" is not supported yet by isolane and is ignored",
                       consumers->position);
  }
}

}  // namespace isolane::wrangler
