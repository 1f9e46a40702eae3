import { BlockList, SocketAddress } from "node:net";
import { attempt } from "./story.js";

const ADDRESSES = ["1.2.3.4", "1.2.3.5", "9.9.9.9", "::ffff:1.2.3.4", "::ffff:102:304", "::1", "fe80::1", "2001:db8::5", "x"];
const checks = (list) => ADDRESSES.map((address) => list.check(address, address.includes(":") ? "ipv6" : "ipv4"));
const filled = (fill) => { const list = new BlockList(); fill(list); return [list.rules.sort(), checks(list), list.check(new SocketAddress({ address: "1.2.3.4" }))]; };

export const cases = {
  "BlockList, nothing": () => filled(() => {}),
  "BlockList, addresses": () => filled((list) => { list.addAddress("1.2.3.4"); list.addAddress("::1", "ipv6"); list.addAddress(new SocketAddress({ address: "9.9.9.9" })); }),
  "BlockList, ranges": () => filled((list) => { list.addRange("1.2.3.0", "1.2.3.4"); list.addRange("2001:db8::", "2001:db8::ff", "ipv6"); }),
  "BlockList, subnets": () => filled((list) => { list.addSubnet("1.2.3.4", 30); list.addSubnet("fe80::", 10, "ipv6"); }),
  "BlockList, everything": () => filled((list) => { list.addSubnet("0.0.0.0", 0); }),
  "BlockList, families": () => { const list = new BlockList(); list.addAddress("1.2.3.4", "IPv4"); return [list.check("1.2.3.4", "IPv4"), list.check("1.2.3.4", "ipv6"), list.check("::1")]; },
  "BlockList, as JSON": () => { const list = new BlockList(); list.addAddress("1.2.3.4"); list.addSubnet("fe80::", 10, "ipv6"); list.addRange("9.9.9.1", "9.9.9.9"); const other = new BlockList(); other.fromJSON(list.toJSON()); const third = new BlockList(); third.fromJSON(JSON.stringify(list)); return [other.rules.sort(), third.rules.sort(), checks(other)]; },
  "BlockList, what is one": () => [BlockList.isBlockList(new BlockList()), BlockList.isBlockList({}), BlockList.isBlockList(null)],
  "BlockList, what is wrong": () => [
    (list) => list.addAddress("x"), (list) => list.addAddress("1.2.3.4", "ipv6"), (list) => list.addAddress(5), (list) => list.addAddress("1.2.3.4", "ipv5"), (list) => list.addAddress("1.2.3.4", 5), (list) => list.addRange("1.2.3.4", "1.2.3.3"), (list) => list.addRange("1.2.3.4", 5),
    (list) => list.addSubnet("1.2.3.4", 33), (list) => list.addSubnet("1.2.3.4", -1), (list) => list.addSubnet("1.2.3.4", "1"), (list) => list.addSubnet("::", 129, "ipv6"), (list) => list.addSubnet(5, 5), (list) => list.check(5), (list) => list.check("1.2.3.4", "x"),
  ].map((run) => attempt(() => { const result = run(new BlockList()); return [result]; }).slice(0, 2)),
  "SocketAddress": () => [new SocketAddress(), new SocketAddress({ address: "1.2.3.4", port: 80 }), new SocketAddress({ address: "::1", family: "ipv6", flowlabel: 5, port: 443 }), new SocketAddress({ family: "ipv6" })].map(({ address, port, family, flowlabel }) => [address, port, family, flowlabel]),
  "SocketAddress, what is one": () => [SocketAddress.isSocketAddress(new SocketAddress()), SocketAddress.isSocketAddress({})],
  "SocketAddress, what is wrong": () => [5, { family: "x" }, { family: 5 }, { address: 5 }, { address: "x" }, { address: "::1" }, { port: -1 }, { port: 65536 }, { port: "x" }, { flowlabel: -1 }, { flowlabel: "x" }].map((options) => attempt(() => new SocketAddress(options).address)),
};
