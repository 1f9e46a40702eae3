#!/usr/bin/env bash
# Emails and messages of queues, handed to Workers by hand.
. tests/e2e/lib.bash

worker inbox '
import { EmailMessage } from "cloudflare:email";
export default {
  async email(message, env, ctx) {
    const text = await new Response(message.raw).text();
    if (message.headers.get("subject") === "spam") return message.setReject("no \"spam\" here");
    if (message.headers.get("subject") === "boom") throw new Error("boom");
    await message.forward("boss@example.com", new Headers({ "x-by": "inbox" }));
    await message.reply(new EmailMessage(message.to, message.from, `Re: ${message.rawSize} ${text.length}`));
  },
  async queue(batch) {
    for (const message of batch.messages) {
      if (message.body.bad) message.retry({ delaySeconds: 5 });
      else console.log(`got ${JSON.stringify(message.body)} from ${batch.queue} after ${message.attempts}`);
    }
  },
};'
worker silent 'export default { fetch: () => new Response("x") };'
start dev -c "$scratch/inbox/wrangler.toml" -c "$scratch/silent/wrangler.toml"

mail() { printf 'From: a@x.example\r\nTo: b@x.example\r\nMessage-ID: <1@x>\r\nSubject:\r\n %s\r\n\r\nH\xc3\xa4llo\r\n' "$1"; }
email='/cdn-cgi/local/email?from=a@x.example&to=b@x.example'
check "an email is delivered" "$(http POST "$email" -- "$(mail hello)")" "200 Worker successfully processed email"
check "also under its former name" "$(http POST "${email/local/handler}" -- "$(mail hello)")" "200 *"
check "and with all that became of it" "$(http POST "$email&format=json" -- "$(mail hello)")" \
  '200 {"outcome":"ok","forwards":\[{"recipient":"boss@example.com","headers":\[\["x-by","inbox"]],"messageId":"*"}],"replies":\[{"messageId":"*","sender":"b@x.example","recipient":"a@x.example","raw":"Re: 8[0-9] 8[0-9]"}]}'
check "one that is refused says so" "$(http POST "$email" -- "$(mail spam)")" \
  '400 Worker rejected email with the following reason: no "spam" here'
check "a handler that fails too" "$(http POST "$email" -- "$(mail boom)")" "500 exception"
check "a Worker without a handler as well" "$(http POST "$email&worker=silent" -- "$(mail x)")" \
  "500 Worker does not export an email() handler."
check "who it is from must be said" "$(http POST '/cdn-cgi/local/email?to=b@x.example' -- "$(mail x)")" \
  '400 Invalid email. Your request must include*'
check "and it must have an id" "$(http POST "$email" -- 'Subject: x')" \
  "400 Email could not be parsed: invalid or no message id provided"
check "no other site can send one" "$(http POST "$email" 'Origin: http://evil.example' -- "$(mail x)")" \
  "403 Invalid Origin header"

queue='/cdn-cgi/local/queue?queue=jobs'
check "messages of a queue are delivered" "$(http POST "$queue" -- '[{"a":"ä,]"},{"bad":true},3]')" \
  '200 {"outcome":"ok","ackAll":false,"retryBatch":{"retry":false},"explicitAcks":\[],"retryMessages":\[{"msgId":"2","delaySeconds":5}]}'
check "or a single one" "$(http POST "$queue" -- '{"a":1}')" '200 {"outcome":"ok",*"retryMessages":\[]}'
check "which must be JSON" "$(http POST "$queue" -- '{a}')" "400 The messages in the body must be JSON"
check "of a queue with a name" "$(http POST /cdn-cgi/local/queue -- '1')" "400 Invalid batch. *"
long=$(printf '"%030000d"' 0)
check "a body in many pieces arrives whole" "$(http POST "$queue" -- "[$long,$long,$long,$long]")" '200 {"outcome":"ok"*'
check "what is no event says which there are" "$(http GET /cdn-cgi/local/mail)" \
  '404 "/cdn-cgi/local/mail" is not a valid handler. Did you mean to use "/cdn-cgi/local/scheduled", "/cdn-cgi/local/email", "/cdn-cgi/local/queue"?'
stop
check "the handlers ran" "$(cat "$scratch/log")" '*Email handler forwarded message to boss@example.com*
*got {"a":"ä,]"} from jobs after 1*'
check "and none of it is logged as a request" "$(grep -c cdn-cgi "$scratch/log")" 0

worker cron 'export default { scheduled() {} };' '[triggers]
crons = ["*/5 * * * *"]'
start dev -c "$scratch/cron/wrangler.toml" --cron
check "--cron takes the warning away" "$(grep -c 'not automatically triggered' "$scratch/log")" 0
