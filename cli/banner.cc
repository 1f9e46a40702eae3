#include "cli/banner.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "wrangler-compat/binding_text.h"
#include "wrangler-compat/resource_kinds.h"

namespace isolane::cli {
namespace {

constexpr size_t kGap = 6;
constexpr char kConnected[] = "[connected]";
constexpr char kNotConnected[] = "[not connected]";
constexpr std::string_view kVariable = "Environment Variable";

constexpr char kAboutStatus[] =
    "Service bindings, Durable Object bindings, and Tail consumers connect to other isolane "
    "processes "
    "running locally, with their connection status indicated by [connected] or [not "
    "connected].\n\n";

struct Row {
  std::string binding;   // env.AUTH (auth-worker)
  std::string resource;  // Worker
  std::string mode;      // local, not supported
  std::string status;    // [connected], [not connected], or empty
};

using Names = std::vector<std::string>;

bool IsKnown(const Names& known, const std::string& name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

// A value may be long. Of a text the quotes stay.
std::string ShownValue(const std::string& value) {
  const bool quoted = value.size() >= 2 && value.starts_with('"');
  return quoted ? "\"" + Shortened(Printable(value.substr(1, value.size() - 2))) + "\""
                : Shortened(Printable(value));
}

Row MakeRow(const BindingSpec& binding, const Names& known) {
  const wrangler::BindingText text = wrangler::DescribeBinding(binding);
  Row row;
  row.binding = "env." + Printable(binding.name);
  if (!text.value.empty()) {
    const bool is_var = text.resource == kVariable;
    row.binding += " (" + (is_var ? ShownValue(text.value) : Printable(text.value)) + ")";
  }
  row.resource = text.resource;
  row.mode = text.supported ? "local" : "not supported";
  if (!text.worker.empty()) {
    row.status = IsKnown(known, text.worker) ? kConnected : kNotConnected;
  }
  return row;
}

std::string Padded(const std::string& text, size_t width) {
  return text + std::string(width + kGap - DisplayWidth(text), ' ');
}

}  // namespace

std::string FormatWorkers(const std::vector<WorkerSpec>& workers, Colours colours,
                          const Names& elsewhere) {
  Names known = elsewhere;
  for (const WorkerSpec& worker : workers) known.push_back(worker.name);
  const Row head{"Binding", "Resource", "Mode", {}};
  std::vector<std::vector<Row>> tables;
  size_t binding_width = head.binding.size();
  size_t resource_width = head.resource.size();
  for (const WorkerSpec& worker : workers) {
    std::vector<Row>& rows = tables.emplace_back();
    for (const BindingSpec& binding : worker.bindings) {
      rows.push_back(MakeRow(binding, known));
      binding_width = std::max(binding_width, DisplayWidth(rows.back().binding));
      resource_width = std::max(resource_width, DisplayWidth(rows.back().resource));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& one, const Row& other) {
      return wrangler::TableRank(one.resource) < wrangler::TableRank(other.resource);
    });
  }

  std::string out;
  if (workers.size() > 1) {
    out = "Workers: ";
    for (size_t i = 0; i < workers.size(); i++) {
      out += (i > 0 ? ", " : "") + Paint(workers[i].name, Colour::kBold, colours);
      if (i == 0) out += " (public)";
    }
    out += '\n';
  }
  bool any_status = false;
  const auto status = [&](const std::string& text) {
    any_status = true;
    return " " + Paint(text, text == kConnected ? Colour::kGreen : Colour::kYellow, colours) + "\n";
  };
  for (size_t i = 0; i < workers.size(); i++) {
    const std::string subject =
        workers.size() > 1 ? Paint(workers[i].name, Colour::kBold, colours) : "Your Worker";
    if (!tables[i].empty()) {
      out += subject + " has access to the following bindings:\n";
      out += Paint(
          Padded(head.binding, binding_width) + Padded(head.resource, resource_width) + head.mode,
          Colour::kDim, colours);
      out += '\n';
      for (const Row& row : tables[i]) {
        out += Padded(row.binding, binding_width) + Padded(row.resource, resource_width) + row.mode;
        out += row.status.empty() ? "\n" : status(row.status);
      }
      out += '\n';
    }
    const auto& tails = workers[i].tail_consumers;
    if (tails.empty()) continue;
    out += subject + " is sending Tail events to the following Workers:\n";
    for (const TailConsumer& consumer : tails) {
      out += "- " + Printable(consumer.service) + (consumer.streaming ? " (streaming)" : "") +
             status(IsKnown(known, consumer.service) ? kConnected : kNotConnected);
    }
    out += '\n';
  }
  return any_status ? out + kAboutStatus : out;
}

bool ListensAtAll(const ListenOptions& listen) {
  return listen.ip == "0.0.0.0" || listen.ip == "::" || listen.ip == "*";
}

std::string UrlHostOf(const ListenOptions& listen) {
  const bool v6 = listen.ip.find(':') != std::string::npos;
  return v6 ? "[" + listen.ip + "]" : listen.ip;
}

std::string UrlOf(const ListenOptions& listen, int port) {
  return (listen.tls ? "https://" : "http://") + UrlHostOf(listen) + ":" + std::to_string(port);
}

std::string FormatReady(const ListenOptions& listen, int port, Colours colours) {
  return "Ready on " + Paint(UrlOf(listen, port), Colour::kCyan, colours);
}

std::string FormatOtherUrls(const ListenOptions& listen, int port,
                            const std::vector<std::string>& addresses) {
  const bool v4_only = listen.ip == "0.0.0.0";
  if (!ListensAtAll(listen)) return {};
  std::string text;
  ListenOptions one = listen;
  for (const std::string& address : addresses) {
    if (v4_only && address.find(':') != std::string::npos) continue;
    one.ip = address;
    text += "- " + UrlOf(one, port) + "\n";
  }
  return text;
}

std::string FormatCronAdvice(const ListenOptions& listen, int port) {
  // Of another address the endpoint wants to know nothing.
  ListenOptions known = listen;
  if (ListensAtAll(listen)) known.ip = "localhost";
  const bool untrusted = listen.tls && listen.tls->certificate.empty();
  std::string text =
      "Scheduled Workers are not automatically triggered during local development.\n"
      "To manually trigger a scheduled event, run:\n  curl ";
  if (untrusted) text += "--insecure ";
  return text + "\"" + UrlOf(known, port) +
         "/cdn-cgi/local/scheduled\"\n"
         "For more details, see https://developers.cloudflare.com/workers/configuration/"
         "cron-triggers/#test-cron-triggers-locally";
}

}  // namespace isolane::cli
