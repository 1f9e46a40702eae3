#include "wrangler-compat/config_connect.h"

#include <string>
#include <utility>
#include <vector>

namespace isolane::wrangler {
namespace {

// connect[i].
void CheckHandler(ConfigSection& section, const ConfigNode& node, const std::string& field) {
  const auto fail = [&](const std::string& text, const ConfigNode& got) {
    section.Fail("\"" + field + "\" " + text + " but got " + ToJson(got) + ".", node.position);
  };
  if (!node.IsObject() && !node.IsArray()) {
    section.Fail("\"" + field + "\" should be an object, but got " + ToJson(node), node.position);
    return;
  }
  const ConfigMember* protocol = node.Find("protocol");
  const bool udp = protocol != nullptr && protocol->value.text == "udp";
  std::vector<std::string_view> known{"protocol", "port", "address"};
  if (udp) known.insert(known.end(), {"idle_timeout_ms", "max_pending_bytes"});
  section.Part(node, field).WarnUnexpected(known);
  if (protocol == nullptr || !protocol->value.IsString() ||
      (protocol->value.text != "tcp" && !udp)) {
    fail("should have a \"protocol\" field of \"tcp\" or \"udp\"",
         protocol == nullptr ? node : protocol->value);
  }
  const ConfigMember* port = node.Find("port");
  if (port == nullptr || !port->value.IsNumber()) {
    fail("should have a number \"port\" field", node);
  } else if (!IsWholeIn(port->value, 1, 65535)) {
    fail("should have an integer \"port\" field between 1 and 65535", node);
  }
  const ConfigMember* address = node.Find("address");
  if (address != nullptr && !address->value.IsString()) {
    fail("should, optionally, have a string \"address\" field", node);
  }
  if (!udp) return;
  for (const std::string option : {"idle_timeout_ms", "max_pending_bytes"}) {
    const ConfigMember* member = node.Find(option);
    if (member != nullptr && !IsWholeIn(member->value, 0, 4294967295)) {
      fail("should have an integer \"" + option + "\" field between 0 and 4294967295", node);
    }
  }
}

}  // namespace

void CheckConnect(ConfigSection& section) {
  const ConfigMember* member = section.Array("connect");
  if (member == nullptr) return;
  const std::string field = section.Field("connect");
  const std::vector<ConfigNode>& items = member->value.items;
  std::vector<std::pair<std::string, size_t>> seen;
  for (size_t i = 0; i < items.size(); i++) {
    const std::string path = field + "[" + std::to_string(i) + "]";
    CheckHandler(section, items[i], path);
    const ConfigMember* protocol = items[i].Find("protocol");
    const ConfigMember* port = items[i].Find("port");
    if (protocol == nullptr || port == nullptr || !protocol->value.IsString() ||
        !port->value.IsNumber()) {
      continue;
    }
    const std::string key = protocol->value.text + ":" + ToJson(port->value);
    for (const auto& [other, index] : seen) {
      if (other != key) continue;
      section.Fail("\"" + path + "\" has the same \"protocol\" (" + protocol->value.text +
                       ") and \"port\" (" + ToJson(port->value) + ") as \"" + field + "[" +
                       std::to_string(index) +
                       "]\". Each entry in \"connect\" must use a unique protocol/port "
                       "combination.",
                   items[i].position);
      break;
    }
    seen.emplace_back(key, i);
  }
}

}  // namespace isolane::wrangler
