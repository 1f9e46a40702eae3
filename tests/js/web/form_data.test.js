'use strict';

const { encodeMultipart, parseMultipart, parseUrlEncoded } = internals.require('web/form_data');
const { encodeUtf8, decodeUtf8 } = internals.require('web/encoding');

test('entries', () => {
  const form = new FormData();
  form.append('a', 'b');
  form.append('a', 1);
  form.append('f', new Blob(['x'], { type: 't/t' }));
  form.append('g', new Blob(['x']), 'name.txt');
  assertEquals(form.getAll('a'), ['b', '1']);
  assertEquals(form.get('f') instanceof File, true);
  assertEquals([form.get('f').name, form.get('f').type, form.get('g').name], ['blob', 't/t', 'name.txt']);
  form.set('a', 'z');
  assertEquals([...form.keys()], ['a', 'f', 'g']);
  assertEquals(form.has('f'), true);
  form.delete('f');
  assertEquals(form.get('f'), null);
  assertEquals([...form].length, 2);
  const file = new File([], 'same');
  form.set('h', file);
  assertEquals(form.get('h') === file, true);
  assertThrows(() => form.append('a'), TypeError, "parameter 2 is not of type 'File or Blob or string'");
  assertThrows(() => form.append('a', 'b', 'c'), TypeError);
  assertThrows(() => new FormData({}), TypeError);
});

test('multipart there and back', async () => {
  const form = new FormData();
  form.append('a"\r\n', 'one\ntwo \u20ac');
  form.append('empty', '');
  form.append('f', new File([new Uint8Array([0, 13, 10, 45, 45, 255])], 'q"\u00e9.bin', { type: 'x/y' }));
  const { bytes, contentType } = encodeMultipart(form);
  const boundary = /^multipart\/form-data; boundary=([0-9a-f]{32})$/.exec(contentType)[1];
  const back = parseMultipart(bytes, boundary);
  assertEquals([...back.keys()], ['a"\r\n', 'empty', 'f']);
  assertEquals(back.get('a"\r\n'), 'one\r\ntwo \u20ac');
  assertEquals(back.get('empty'), '');
  const file = back.get('f');
  assertEquals([file.name, file.type], ['q"\u00e9.bin', 'x/y']);
  assertEquals([...await file.bytes()], [0, 13, 10, 45, 45, 255]);
  assertEquals(decodeUtf8(encodeMultipart(new FormData(), 'b').bytes), '--b--\r\n');
});

test('what multipart looks like', () => {
  const form = new FormData();
  form.append('a', 'b');
  form.append('f', new File(['x'], 'n'));
  assertEquals(decodeUtf8(encodeMultipart(form, 'B').bytes),
    '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' +
    '--B\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n' +
    'Content-Type: application/octet-stream\r\n\r\nx\r\n--B--\r\n');
});

test('multipart of others', () => {
  const parse = (text) => parseMultipart(encodeUtf8(text), 'B');
  assertEquals([...parse('--B--\r\n')], []);
  assertEquals([...parse('preamble\r\n--B  \r\ncontent-disposition:form-data;name=x\r\n\r\n1--B2\r\n--B--')], [['x', '1--B2']]);
  assertEquals([...parse('--B\nContent-Disposition: form-data; name="x\\"y"\n\nv\n--B--')], [['x"y', 'v']]);
  const f = parse('--B\r\nContent-Disposition: form-data; filename="f"; name="x"\r\n\r\nxx\r\n--B--').get('x');
  assertEquals([f.name, f.type, f.size], ['f', '', 2]);
});

test('broken multipart', () => {
  const parse = (text) => parseMultipart(encodeUtf8(text), 'abc');
  assertThrows(() => parse('zzz'), TypeError, 'No initial boundary string (or you have a truncated message).');
  assertThrows(() => parse('--abc\r\nContent-Disposition: form-data\r\n\r\nx\r\n--abc--'), TypeError,
    'Content-Disposition header in FormData part is missing a name.');
  assertThrows(() => parse('--abc\r\nContent-Disposition: form-data; name="x"\r\n\r\nxx'), TypeError,
    'No subsequent boundary string after multipart message.');
  assertThrows(() => parse('--abc\r\nX: y\r\n\r\nxx\r\n--abc--'), TypeError, 'Content-Disposition');
  assertThrows(() => parse('--abc\r\n'), TypeError);
  assertThrows(() => parse('--abcjunk\r\n'), TypeError);
  // Every truncation is an error, never a hang or a wrong result.
  const whole = '--abc\r\nContent-Disposition: form-data; name="x"\r\n\r\nxx\r\n--abc--';
  for (let cut = 0; cut < whole.length - 2; cut++) assertThrows(() => parse(whole.slice(0, cut)), TypeError);
});

test('urlencoded', () => {
  assertEquals([...parseUrlEncoded('a=1&b=%20+&a=2')], [['a', '1'], ['b', '  '], ['a', '2']]);
});
