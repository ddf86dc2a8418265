/** @file What is cured in how tslab sends and answers Jupyter's messages, and a kernel's end when nobody is left to end it. */

/**
 * Every message is sent at once, and none is thrown away. zeromq lets each 513th wait for the next turn of the event loop, and refuses
 * those that follow meanwhile, which tslab does not expect: a cell that printed 600 lines lost some, or the kernel's word that the cell had
 * ended, or ended the kernel; and what a slow reader has not fetched, up to a thousand messages, was dropped.
 */
function sendAtOnce({ prototype }) {
  const { bindSocket } = prototype;
  prototype.bindSocket = function (socket, port) {
    if (socket !== this.hb) Object.assign(socket, { sendTimeout: 0, sendHighWaterMark: 0 });
    return bindSocket.call(this, socket, port);
  };
}

/** Milliseconds between two looks for a message: while messages come, and once none has come for so many looks. */
const [BUSY, IDLE, BUSY_LOOKS] = [2, 15, 500];

/**
 * A kernel looks for messages instead of being woken for them. zeromq tells of a message once; told while something else touches the socket, such as
 * the sending of a reply, nobody hears it, and the kernel slept with its request unread until it was killed (once in some thousand cells).
 */
function receiveByLooking({ prototype }) {
  const { receive } = prototype;
  prototype.receive = async function () {
    for (let looks = 0; !this.closed && !this.readable; looks++)
      await new Promise((done) => setTimeout(done, looks < BUSY_LOOKS ? BUSY : IDLE));
    return receive.call(this);
  };
}
exports.receiveByLooking = receiveByLooking;

/**
 * A kernel that finds one of its ports taken ends, and Jupyter starts another one on other ports. Between Jupyter's choice of five free
 * ports and the kernel's use of them any program may take one; tslab then lived on, deaf, and every cell was waited for for ever.
 */
function endWithoutPorts({ prototype }) {
  const { init } = prototype;
  prototype.init = function () {
    const { Router, Reply } = require("zeromq");
    for (const kind of [Router, Reply]) receiveByLooking(kind);
    return init.call(this).catch((error) => {
      process.stderr.write(`kernel: its ports could not be used (${error.message})\n`);
      process.exit(1);
    });
  };
}

/** An error in a cell that may fail (`stop_on_error: false`; a notebook's tag raises-exception) does not refuse the cells after it. */
function goOnAfterErrors({ prototype }) {
  const { handleExecute } = prototype;
  prototype.handleExecute = async function (request, ...outputs) {
    if (request.stop_on_error !== false) return handleExecute.call(this, request, ...outputs);
    const run = () =>
      this.handleExecuteImpl(request, ...outputs).then(
        ({ count }) => ({ status: "ok", execution_count: count }),
        (thrown) => {
          // tslab's way to say that the cell has failed is to throw its number.
          if (typeof thrown?.count !== "number") throw thrown;
          return { status: "error", execution_count: thrown.count };
        },
      );
    return this.execQueue.add(run).catch(() => ({ status: "abort" }));
  };
}

/** So many writes in so many milliseconds go out one by one; what is printed faster is sent together. */
const [SINGLE_WRITES, WINDOW] = [20, 50];

/** A loop that prints tens of thousands of lines makes some hundred messages of them, each of which the server and the page must take apart. */
function sendTogether({ prototype }) {
  const { handleExecuteImpl } = prototype;
  prototype.handleExecuteImpl = function (request, writeStream, writeDisplayData) {
    let [kept, keptName] = [[], ""];
    let [begun, writes] = [0, 0];
    const flush = () => {
      if (kept.length === 0) return;
      const text = kept.join("");
      kept = [];
      writeStream(keptName, text);
    };
    const write = (name, text) => {
      if (name !== keptName) flush();
      keptName = name;
      kept.push(text);
      // The clock only decides which texts share a message.
      const now = performance.now();
      if (now - begun > WINDOW) [begun, writes] = [now, 0];
      if (++writes <= SINGLE_WRITES) flush();
      else if (kept.length === 1) setImmediate(flush);
    };
    const display = (...data) => {
      flush();
      writeDisplayData(...data);
    };
    return handleExecuteImpl.call(this, request, write, display).finally(flush);
  };
}

/** Milliseconds between two looks at whether the Jupyter server still runs. */
const LOOK = 2000;

/** Ends the kernel when the server that started it has been killed; a server that stops in order ends its kernels itself. */
function endWithServer() {
  const server = process.ppid;
  setInterval(() => {
    if (process.ppid !== server) process.exit(1);
  }, LOOK).unref();
}

/** Changes tslab's classes before its kernel starts. */
exports.cure = ({ ZmqServer, JupyterHandlerImpl }) => {
  sendAtOnce(ZmqServer);
  endWithoutPorts(ZmqServer);
  goOnAfterErrors(JupyterHandlerImpl);
  sendTogether(JupyterHandlerImpl);
  if (process.platform !== "win32") endWithServer();
};
