// A worker that ticks at the interval, in ms, that it is sent.
onmessage = ({data}) => setInterval(() => postMessage(null), data);
