// Photos: decoded upright, scaled down and written anew, so that neither the place nor the device is in them; the
// original is never stored. Hiding a face or a plate is done by finger.
import type { Label, Photo, Shot } from "./store";

const LONGEST = 1600;
const QUALITY = 0.8;

export class NotReadable extends Error {}

/** A photo of the camera or the album as it may be kept, upright, its longer side at most 1,600 pixels. */
export async function draw(file: Blob): Promise<HTMLCanvasElement> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new NotReadable();
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  if (!pen) throw new NotReadable();
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
}

/** What is on the canvas as a photo of an act. */
export async function shoot(canvas: HTMLCanvasElement, act: string, label: Label): Promise<[Shot, Photo]> {
  const blob = await new Promise<Blob | null>((give) => canvas.toBlob(give, "image/jpeg", QUALITY));
  if (!blob) throw new NotReadable();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  const sha256 = [...digest].map((each) => each.toString(16).padStart(2, "0")).join("");
  return [{ sha256, label, size: blob.size }, { act, sha256, blob, sent: false }];
}
