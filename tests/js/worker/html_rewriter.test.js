'use strict';

const PAGE = '<!DOCTYPE html><title>T</title><!-- c --><p id=x class="a b">Hello <b>World</b> &amp; more</p><br>';

const html = (text, init) => new Response(text, { headers: { 'content-type': 'text/html' }, ...init });
const rewrite = (prepare, page = PAGE) => prepare(new HTMLRewriter()).transform(html(page)).text();

// What stands where the paragraph of PAGE stood.
async function paragraph(element, selector = 'p') {
  const page = await rewrite((rewriter) => rewriter.on(selector, { element }));
  return page.slice(PAGE.indexOf('<p '), -'<br>'.length);
}

test('an element is read', async () => {
  let seen;
  await paragraph((p) => {
    seen = [p.tagName, p.namespaceURI, p.removed, [...p.attributes], p.getAttribute('id'), p.getAttribute('no'),
      p.hasAttribute('class'), `${p}`];
  });
  assertEquals(seen, ['p', 'http://www.w3.org/1999/xhtml', false, [['id', 'x'], ['class', 'a b']], 'x', null, true,
    '[object Element]']);
});

test('an element is changed', async () => {
  assertEquals(await paragraph((b) => b.setAttribute('n', 5).removeAttribute('no'), 'b'),
    '<p id=x class="a b">Hello <b n="5">World</b> &amp; more</p>');
  assertEquals(await paragraph((b) => { b.tagName = 'strong'; }, 'b'),
    '<p id=x class="a b">Hello <strong>World</strong> &amp; more</p>');
  assertEquals(
    await paragraph((b) => b.before('<1>').prepend('<2>', { html: true }).append('<3>').after('<4>', { html: true }), 'b'),
    '<p id=x class="a b">Hello &lt;1&gt;<b><2>World&lt;3&gt;</b><4> &amp; more</p>');
  assertEquals(await paragraph((p) => p.setInnerContent('<i>in</i>', { html: true })),
    '<p id=x class="a b"><i>in</i></p>');
  assertEquals(await paragraph((p) => p.replace('<i>')), '&lt;i&gt;');
  assertEquals(await paragraph((p) => p.remove()), '');
  assertEquals(await paragraph((p) => p.removeAndKeepContent()), 'Hello <b>World</b> &amp; more');
});

test('the end tag of an element', async () => {
  const change = (b) => b.onEndTag(async (end) => {
    await undefined;
    end.before('!').after('?').name = 'q';
  });
  assertEquals(await paragraph(change, 'b'), '<p id=x class="a b">Hello <b>World!</q>? &amp; more</p>');
  await assertRejects(paragraph((br) => br.onEndTag(() => {}), 'br'), TypeError, 'No end tag.');
});

test('text, comments, the document', async () => {
  const seen = [];
  const page = await rewrite((rewriter) => rewriter
    .on('b', { text(text) { seen.push([text.text, text.lastInTextNode]); if (text.text !== '') text.replace('<X>'); } })
    .onDocument({
      doctype(doctype) { seen.push([doctype.name, doctype.publicId, doctype.systemId]); },
      comments(comment) { comment.text = comment.text.toUpperCase(); },
      end(end) { end.append('<!--end-->', { html: true }); },
    }));
  assertEquals(seen, [['html', null, null], ['World', false], ['', true]]);
  assertEquals(page, PAGE.replace('World', '&lt;X&gt;').replace(' c ', ' C ') + '<!--end-->');
});

test('handlers are methods, are waited for, and run in the order they were given', async () => {
  const order = [];
  class Late {
    name = 'late';
    async element(element) {
      await new Promise((resolve) => { setTimeout(resolve, 1); });
      order.push(this.name);
      element.append(this.name);
    }
  }
  assertEquals(
    await rewrite((rewriter) => rewriter.on('b', new Late()).on('*', { element: ({ tagName }) => { order.push(tagName); } }),
      '<b></b><i></i>'),
    '<b>late</b><i></i>');
  assertEquals(order, ['late', 'b', 'i']);
});

test('selectors', async () => {
  const count = async (selector) => {
    let found = 0;
    await rewrite((rewriter) => rewriter.on(selector, { element() { found++; } }), '<ul><li class=a>1</li><li b=cd>2</li></ul>');
    return found;
  };
  for (const [selector, found] of [['*', 3], ['li', 2], ['ul > li', 2], ['.a', 1], ['[b^="c"]', 1], ['li:nth-child(2)', 1],
    ['li:not(.a)', 1], ['ul, .a', 2]]) {
    assertEquals(await count(selector), found, selector);
  }
  assertThrows(() => new HTMLRewriter().on('p:hover', {}), TypeError, 'Unsupported pseudo-class');
  assertThrows(() => new HTMLRewriter().on('', {}), TypeError, 'The selector is empty.');
});

test('a page in pieces, also within a letter', async () => {
  const bytes = new TextEncoder().encode('<p>\u00e9\u{1f600}</p>');
  const body = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
  const response = new HTMLRewriter().on('p', { element(p) { p.append('\u{1f600}'); } }).transform(html(body));
  assertEquals(await response.text(), '<p>\u00e9\u{1f600}\u{1f600}</p>');
});

test('one rewriter changes many pages, also within a handler', async () => {
  const rewriter = new HTMLRewriter().on('b', { element(b) { b.append('!'); } });
  assertEquals(await Promise.all([1, 2].map((n) => rewriter.transform(html(`<b>${n}</b>`)).text())),
    ['<b>1!</b>', '<b>2!</b>']);
  assertEquals(
    await rewrite((outer) => outer.on('i', {
      async element(i) { i.append(await rewriter.transform(html('<b></b>')).text(), { html: true }); },
    }), '<i></i>'),
    '<i><b>!</b></i>');
});

test('the response keeps its head, without the length', async () => {
  const given = html('<p>', { status: 201, statusText: 'Made', headers: { 'content-length': '3', x: '1' } });
  const response = new HTMLRewriter().transform(given);
  assertEquals([response.status, response.statusText, [...response.headers]], [201, 'Made', [['content-type', 'text/plain;charset=UTF-8'], ['x', '1']]]);
  assertEquals(given.bodyUsed, true);
  const empty = new Response(null);
  assert(new HTMLRewriter().transform(empty) === empty);
});

test('a handler that fails breaks the body off, and nothing else', async () => {
  const failing = (element) => rewrite((rewriter) => rewriter.on('b', { element }));
  await assertRejects(failing(() => { throw new RangeError('no'); }), RangeError, 'no');
  await assertRejects(failing(async () => { await undefined; throw new RangeError('later'); }), RangeError, 'later');
  assertEquals(await failing(() => {}), PAGE);
});

test('markup that cannot be told from text', async () => {
  await assertRejects(rewrite((rewriter) => rewriter.on('p', {}), '<table><select><title>x</select>'), TypeError,
    'Parser error: The parser has encountered a text content tag');
});

test('what a handler was given is of no use after it', async () => {
  let kept;
  await paragraph((p) => { kept = p; });
  assertThrows(() => kept.tagName, TypeError, 'This content token is no longer valid.');
  assertThrows(() => kept.append('x'), TypeError, 'This content token is no longer valid.');
});

test('a page that nobody reads to its end', async () => {
  const page = `<b>${'x'.repeat(100000)}</b>`.repeat(20);
  const response = new HTMLRewriter().on('b', { element(b) { b.append('!'); } }).transform(html(page));
  const reader = response.body.getReader();
  assert((await reader.read()).value.length > 0);
  await reader.cancel();
  assertEquals(await rewrite((rewriter) => rewriter.on('b', {}), '<b></b>'), '<b></b>');
});

test('wrong arguments', async () => {
  assertThrows(() => new HTMLRewriter().on('p'), TypeError, "parameter 2 is not of type 'ElementContentHandlers'");
  assertThrows(() => new HTMLRewriter().on('p', { element: 1 }), TypeError, "'element' field");
  assertThrows(() => new HTMLRewriter().onDocument(), TypeError, 'DocumentContentHandlers');
  assertThrows(() => new HTMLRewriter().transform('<p>'), TypeError, "parameter 1 is not of type 'Response'");
  await assertRejects(paragraph((p) => p.append()), TypeError, "Failed to execute 'append' on 'Element'");
  await assertRejects(paragraph((p) => p.append(new Response('x'))), DOMException, 'NotSupportedError: Element.append() takes text');
  await assertRejects(paragraph((p) => p.setAttribute('a b', '')), TypeError, 'character is forbidden in the attribute name');
});
