#include "bindings/send_email/send_email_binding.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// fetch() answers what `send` gives, an async expression with `mail(headers, from, to)` at hand.
TestWorker Sender(const std::string& send, const SendEmailBinding& binding) {
  return TestWorker("w", R"(
import { EmailMessage } from 'cloudflare:email';
const HEADERS = { From: 'Ann <ann@x.org>', To: 'bob@y.org', 'Message-ID': '<1@x.org>', Subject: 'Hi' };
function mail(headers = {}, from = 'ann@x.org', to = 'bob@y.org', body = 'Hello, Bob') {
  let text = '';
  for (const [name, value] of Object.entries({ ...HEADERS, ...headers })) {
    if (value !== null) text += `${name}: ${value}\r\n`;
  }
  return new EmailMessage(from, to, `${text}\r\n${body}`);
}
export default {
  async fetch(request, env) {
    try {
      const { messageId } = await ()" +
                             send + R"();
      return new Response(messageId.replace(/^<[A-Za-z0-9]{36}@/, '<ID@'));
    } catch (e) {
      return new Response(String(e));
    }
  },
};
)")
      .Binding({"MAIL", binding, {}});
}

std::string Send(const std::string& send, const SendEmailBinding& binding = {}) {
  return TestRuntime({Sender(send, binding)}).Text();
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What stands behind `label` in the log, up to the end of the line.
std::string Logged(TestRuntime& runtime, const std::string& label) {
  const auto* line = runtime.observer().Find(label);
  REQUIRE(line != nullptr);
  const size_t begin = line->text.find(label) + label.size();
  return line->text.substr(begin, line->text.find('\n', begin) - begin);
}

TEST_SUITE("bindings/send_email") {
  TEST_CASE("send() of a message") {
    SUBCASE("keeps it as a file as long as the runtime lives, and gives its id") {
      std::string path;
      {
        TestRuntime runtime({Sender("env.MAIL.send(mail())", {})});
        CHECK(runtime.Text() == "<ID@x.org>");
        path = Logged(runtime, "send_email binding called with the following message:\nEmail: ");
        CHECK(path.ends_with(".eml"));
        CHECK(ContentOf(path) ==
              "From: Ann <ann@x.org>\r\nTo: bob@y.org\r\nMessage-ID: <1@x.org>\r\nSubject: "
              "Hi\r\n\r\nHello, Bob");
      }
      CHECK_FALSE(std::filesystem::exists(std::filesystem::path(path).parent_path()));
    }
    SUBCASE("reads a stream and keeps bytes as they are") {
      TestRuntime runtime({Sender(
          "env.MAIL.send(new EmailMessage('ann@x.org', 'bob@y.org', new Response(new Blob("
          "['From: ann@x.org\\nMessage-ID: <1@x>\\n\\n', new Uint8Array([0, 255])])).body))",
          {})});
      CHECK(runtime.Text() == "<ID@x.org>");
      CHECK(ContentOf(Logged(runtime, "Email: ")) ==
            std::string("From: ann@x.org\nMessage-ID: <1@x>\n\n\0\xFF", 37));
    }
    SUBCASE("goes to addresses that are allowed only") {
      const SendEmailBinding one{std::vector<std::string>{"bob@y.org", "eve@y.org"}, {}};
      CHECK(Send("env.MAIL.send(mail())", one) == "<ID@x.org>");
      CHECK(Send("env.MAIL.send(mail({}, 'ann@x.org', 'Bob@y.org'))", one) ==
            "Error: email to Bob@y.org not allowed");
      CHECK(Send("env.MAIL.send(mail())", {std::vector<std::string>(), {}}) ==
            "Error: email to bob@y.org not allowed");
    }
    SUBCASE("comes from addresses that are allowed only") {
      CHECK(Send("env.MAIL.send(mail())", {{}, std::vector<std::string>{"eve@x.org"}}) ==
            "Error: email from ann@x.org not allowed");
    }
    SUBCASE("says the same as its envelope") {
      CHECK(Send("env.MAIL.send(mail({ From: 'eve@x.org' }))") ==
            "Error: From: header does not match mail from");
      CHECK(Send("env.MAIL.send(mail({ From: null }))") ==
            "Error: From: header does not match mail from");
      CHECK(Send("env.MAIL.send(mail({ From: '\"Ann, of X\" <ann@x.org>' }))") == "<ID@x.org>");
    }
    SUBCASE("is one that could be delivered") {
      CHECK(Send("env.MAIL.send(mail({ 'Message-ID': null }))") == "Error: invalid message-id");
      CHECK(Send("env.MAIL.send(mail({ Received: 'from z' }))") == "Error: invalid headers set");
      CHECK(Send("env.MAIL.send(mail({ 'Bad Header': 'x' }))") ==
            "Error: could not parse email: Invalid header name.");
    }
  }

  TEST_CASE("send() of the parts of a message") {
    SUBCASE("keeps the texts and the attachments as files") {
      TestRuntime runtime({Sender(
          "env.MAIL.send({ from: { name: 'Ann', email: 'ann@x.org' }, to: ['bob@y.org', "
          "'Eve <eve@y.org>'], cc: 'c@y.org', subject: 'Hi', text: 'Hello', html: '<b>Hello</b>', "
          "attachments: [{ filename: 'a.pdf', disposition: 'attachment', content: 'PDF' }, "
          "{ filename: '../b./x', disposition: 'inline', content: new Uint8Array([1]) }] })",
          {})});
      CHECK(runtime.Text() == "<ID@x.org>");
      const auto* line = runtime.observer().Find("send_email binding called with MessageBuilder:");
      REQUIRE(line != nullptr);
      CHECK(line->text.find("From: \"Ann\" <ann@x.org>\nTo: bob@y.org, Eve <eve@y.org>\nCc: "
                            "c@y.org\nSubject: Hi\n\nText: ") != std::string::npos);
      CHECK(ContentOf(Logged(runtime, "\nText: ")) == "Hello");
      CHECK(ContentOf(Logged(runtime, "\nHTML: ")) == "<b>Hello</b>");
      CHECK(ContentOf(Logged(runtime, "Attachment (attachment): a.pdf -> ")) == "PDF");
      const std::string second = Logged(runtime, "Attachment (inline): ../b./x -> ");
      CHECK(second.ends_with("-2.bin"));
      CHECK(ContentOf(second) == "\x01");
    }
    SUBCASE("checks everyone who is to get it") {
      const SendEmailBinding binding{std::vector<std::string>{"bob@y.org"},
                                     std::vector<std::string>{"ann@x.org"}};
      CHECK(Send("env.MAIL.send({ from: 'Ann <ann@x.org>', to: 'Bob <bob@y.org>', subject: 's' })",
                 binding) == "<ID@x.org>");
      CHECK(Send("env.MAIL.send({ from: 'eve@x.org', to: 'bob@y.org', subject: 's' })", binding) ==
            "Error: email from eve@x.org not allowed");
      CHECK(Send("env.MAIL.send({ from: 'ann@x.org', to: ['bob@y.org', 'z@y.org'] })", binding) ==
            "Error: email to z@y.org not allowed");
      CHECK(Send("env.MAIL.send({ from: 'ann@x.org', to: [], bcc: 'z@y.org' })", binding) ==
            "Error: email to z@y.org not allowed");
    }
    SUBCASE("needs a sender and somebody to send to") {
      const std::string refused =
          "TypeError: env.MAIL.send() needs an EmailMessage of \"cloudflare:email\", or an object "
          "with at least from and to.";
      CHECK(Send("env.MAIL.send()") == refused);
      CHECK(Send("env.MAIL.send('text')") == refused);
      CHECK(Send("env.MAIL.send({ from: 'ann@x.org' })") == refused);
      CHECK(Send("env.MAIL.send({ from: 'ann@x.org', to: null })") == refused);
      CHECK(Send("env.MAIL.send(new EmailMessage('ann@x.org', 'bob@y.org', undefined))") ==
            "TypeError: env.MAIL.send(): the EmailMessage has no content, its third argument was "
            "undefined.");
    }
    SUBCASE("takes null for nobody") {
      CHECK(Send("env.MAIL.send({ from: 'ann@x.org', to: 'bob@y.org', cc: null, bcc: '', subject: "
                 "'s' })",
                 SendEmailBinding{std::vector<std::string>{"bob@y.org"}, {}}) == "<ID@x.org>");
    }
  }
}

}  // namespace
}  // namespace isolane::bindings
