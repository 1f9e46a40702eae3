// URLs as Request and fetch() need them, without class URL (web/url.js).
'use strict';

// A Worker tends to fetch the same URL over and over.
let lastInput = '';
let lastResult; // undefined, which is right for ''
let lastProtocolEnd = 0;

// What Request does to its URL: normalised, without fragment and credentials; undefined when it is
// not an absolute URL. An input that is in this form already comes back itself. fetchUrl.protocolEnd
// is then the length of the protocol with its colon.
function fetchUrl(input) {
  if (input === lastInput) {
    fetchUrl.protocolEnd = lastProtocolEnd;
    return lastResult;
  }
  const href = native.urlFetch(input);
  fetchUrl.protocolEnd = lastProtocolEnd = href === undefined ? 0 : native.scratch[0];
  // A long URL is not worth the memory it would pin.
  if (input.length <= 512) {
    lastInput = input;
    lastResult = href;
  }
  return href;
}
fetchUrl.protocolEnd = 0;

module.exports = { fetchUrl };
