// What is sent: the visitor's camera, or a moving picture that is made here.

const WIDTH = 640, HEIGHT = 480, FRAMES_PER_SECOND = 30;

// The camera's video; rejects with a sentence for the visitor.
export async function openCamera() {
  if (!navigator.mediaDevices) {
    throw new Error("A browser gives its camera only to pages from localhost or over HTTPS.");
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: {
        width: {ideal: WIDTH}, height: {ideal: HEIGHT}, frameRate: {ideal: FRAMES_PER_SECOND},
      },
    });
  } catch (error) {
    throw new Error({
      NotAllowedError: "The camera may not be used: allow it in the browser’s settings.",
      NotFoundError: "There is no camera.",
      NotReadableError: "The camera is in use by another program.",
    }[error.name] ?? `The camera does not open: ${error.message}`, {cause: error});
  }
}

// Grain: fine and faint, so that an encoder spends megabits on it when it may, and drops it, not
// frames, when it may not.
function makeGrain(size, depth) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  const image = context.createImageData(size, size);
  for (let i = 0; i < image.data.length; i += 4) {
    const value = Math.random() < 0.5 ? 0 : 255;
    image.data.set([value, value, value, Math.random() * depth], i);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

const BARS = ["#c9ced2", "#e2b33c", "#5ab4f2", "#2fc493", "#dc8fc6", "#ff9152", "#3a6ea8"];

function paint(context, grain, seconds) {
  const turn = (period) => (seconds % period) / period * 2 * Math.PI;
  const bar = WIDTH / BARS.length;
  const shift = (seconds * 60) % WIDTH;
  BARS.forEach((color, i) => {
    context.fillStyle = color;
    const x = i * bar - shift;
    context.fillRect(x, 0, bar + 1, HEIGHT);
    context.fillRect(x + WIDTH, 0, bar + 1, HEIGHT);
  });
  context.fillStyle = "#16202b";
  context.fillRect(0, HEIGHT * 0.62, WIDTH, HEIGHT * 0.38);
  // Two patterns of lines that turn past each other: detail that moves.
  context.strokeStyle = "#e9eaeb";
  context.lineWidth = 3;
  for (let i = 0; i < 24; ++i) {
    const angle = turn(9) + i * Math.PI / 12, middle = WIDTH / 2 + 150 * Math.sin(turn(7));
    context.beginPath();
    context.moveTo(middle + 40 * Math.cos(angle), 150 + 40 * Math.sin(angle));
    context.lineTo(middle + 120 * Math.cos(-angle), 150 + 120 * Math.sin(angle));
    context.stroke();
  }
  for (let i = 0; i < 3; ++i) {
    context.fillStyle = BARS[i + 2];
    context.beginPath();
    context.arc(WIDTH / 2 + 260 * Math.sin(turn(5 + 2 * i)), 385 + 45 * Math.cos(turn(3 + i)),
      26 + 8 * i, 0, 2 * Math.PI);
    context.fill();
  }
  for (let y = 0; y < HEIGHT; y += grain.height) {
    for (let x = 0; x < WIDTH; x += grain.width) {
      context.save();
      context.translate(x + grain.width / 2, y + grain.height / 2);
      context.rotate(Math.floor(Math.random() * 4) * Math.PI / 2);
      context.scale(Math.random() < 0.5 ? 1 : -1, 1);
      context.drawImage(grain, -grain.width / 2, -grain.height / 2);
      context.restore();
    }
  }
  context.fillStyle = "#e9eaeb";
  context.font = "600 44px ui-monospace, monospace";
  context.fillText(seconds.toFixed(2).padStart(8) + " s", 28, HEIGHT - 28);
}

// The made picture's stream. It ends when its track is stopped.
export function generatePicture() {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d", {alpha: false});
  const grain = makeGrain(160, 50);
  const start = performance.now();
  const stream = canvas.captureStream(FRAMES_PER_SECOND);
  // A worker's clock ticks on while the page is in the background.
  const clock = new Worker("clock.js");
  clock.onmessage = () => {
    if (stream.getTracks().every((track) => track.readyState === "ended")) clock.terminate();
    paint(context, grain, (performance.now() - start) / 1000);
  };
  clock.postMessage(1000 / FRAMES_PER_SECOND);
  return stream;
}
