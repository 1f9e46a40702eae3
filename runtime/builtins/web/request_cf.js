// request.cf: what the edge knows of a request. On its developer's machine a Worker is given one that is
// made up, because code relies on it. It is made when it is asked for.
//
// wrangler.md 4.6.
'use strict';

// What stands for the one that is made up, in a Request and on its way to another Worker, is the client's
// Accept-Encoding: a string, which no other cf is.
const isMadeUp = (cf) => typeof cf === 'string';

function packCf(cf) {
  return cf === undefined || isMadeUp(cf) ? cf : require('web/structured_clone').serialize(cf);
}

function unpackCf(packed) {
  return packed === undefined || isMadeUp(packed) ? packed : require('web/structured_clone').deserialize(packed);
}

const CERTIFICATE_TEXTS = [
  'certIssuerDN', 'certSubjectDN', 'certIssuerDNRFC2253', 'certSubjectDNRFC2253', 'certIssuerDNLegacy',
  'certSubjectDNLegacy', 'certSerial', 'certIssuerSerial', 'certSKI', 'certIssuerSKI', 'certFingerprintSHA1',
  'certFingerprintSHA256', 'certNotBefore', 'certNotAfter', 'certRFC9440', 'certChainRFC9440',
];

function noCertificate() {
  const certificate = { certPresented: '0', certVerified: 'NONE', certRevoked: '0' };
  for (const name of CERTIFICATE_TEXTS) certificate[name] = '';
  certificate.certRFC9440TooLarge = false;
  certificate.certChainRFC9440TooLarge = false;
  return certificate;
}

function makeLocalCf(clientAcceptEncoding) {
  return {
    asOrganization: '',
    asn: 395747,
    colo: 'DFW',
    city: 'Austin',
    region: 'Texas',
    regionCode: 'TX',
    metroCode: '635',
    postalCode: '78701',
    country: 'US',
    continent: 'NA',
    timezone: 'America/Chicago',
    latitude: '30.27130',
    longitude: '-97.74260',
    clientTcpRtt: 0,
    httpProtocol: 'HTTP/1.1',
    requestPriority: 'weight=192;exclusive=0',
    tlsCipher: 'AEAD-AES128-GCM-SHA256',
    tlsVersion: 'TLSv1.3',
    tlsClientAuth: noCertificate(),
    edgeRequestKeepAliveStatus: 0,
    clientTrustScore: 99,
    botManagement: {
      corporateProxy: false,
      verifiedBot: false,
      ja3Hash: '25b4882c2bcb50cd6b469ff28c596742',
      staticResource: false,
      detectionIds: [],
      score: 99,
    },
    clientAcceptEncoding,
  };
}

module.exports = { isMadeUp, makeLocalCf, packCf, unpackCf };
