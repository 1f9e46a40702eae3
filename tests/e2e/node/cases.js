// All of them, by the name of their file.
import { cases as addresses } from "./addresses.js";
import { cases as buffers } from "./buffers.js";
import { cases as ciphers } from "./ciphers.js";
import { cases as compression } from "./compression.js";
import { cases as derivation } from "./derivation.js";
import { cases as events } from "./events.js";
import { cases as hashes } from "./hashes.js";
import { cases as identities } from "./identities.js";
import { cases as names } from "./names.js";
import { cases as others } from "./others.js";
import { cases as paths } from "./paths.js";
import { cases as secure } from "./secure.js";
import { cases as sockets } from "./sockets.js";
import { cases as streams } from "./streams.js";
import { cases as values } from "./values.js";

export const files = { addresses, buffers, ciphers, compression, derivation, events, hashes, identities, names, others, paths, secure, sockets, streams, values };
