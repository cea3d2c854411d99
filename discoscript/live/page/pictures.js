// Pictures by digest, decoded, the last ones used.

const KEPT = 160;
const pictures = new Map();

// A picture that can be drawn at once.
export function picture(digest) {
  let found = pictures.get(digest);
  pictures.delete(digest);
  found ??= load(digest);
  pictures.set(digest, found);
  if (pictures.size > KEPT) pictures.delete(pictures.keys().next().value);
  return found;
}

export const address = (digest) => `/f/${digest}`;

async function load(digest) {
  const image = new Image();
  image.src = address(digest);
  try {
    await image.decode();
  } catch (error) {
    pictures.delete(digest);
    throw error;
  }
  return image;
}
