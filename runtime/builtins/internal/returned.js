// Private fields on objects of other classes: no trap of a Proxy sees them, and no Worker can.
'use strict';

// A class that extends this one adds its private fields to the object its constructor passes on.
class Returned {
  constructor(object) {
    return object;
  }
}

module.exports = { Returned };
