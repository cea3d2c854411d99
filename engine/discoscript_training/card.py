"""Write the model card from the figures: `python -m discoscript_training.card`."""

from __future__ import annotations

from typing import Any

from .shards import SHARD_SIZE
from .training import FIGURES, WEIGHTS, read_figures
from .world import MAIN_ATTRIBUTES, OBJECTS, PALETTES, STYLES, TERRAINS, TIMES

FILES = ("diffusion.safetensors", "clip.safetensors", "depth.safetensors")


def all_figures() -> dict[str, Any]:
    """Everything that was measured, by what measured it."""
    return {path.stem: read_figures(path.stem) for path in sorted(FIGURES.glob("*.json"))}


def table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def attribute_row(name: str, shares: dict[str, float]) -> tuple[Any, ...]:
    return (name, *(shares.get(attribute, "") for attribute in MAIN_ATTRIBUTES))


def size(name: str) -> str:
    return f"{(WEIGHTS / name).stat().st_size / 1e6:.1f} MB"


def card(figures: dict[str, Any]) -> str:
    diffusion, clip, depth = figures["diffusion"], figures["clip"], figures["depth"]
    judge, evaluation = figures["judge"], figures["evaluation"]
    attributes = ("", *MAIN_ATTRIBUTES)
    errors = diffusion["held_out_error"]
    depth_error, baseline = depth["mean_absolute_error"], depth["baseline_median_map"]
    prompts = [
        (prompt, share)
        for part in ("untouched", "choosing")
        for prompt, share in evaluation[part]["by_prompt"].items()
    ]
    count, more = evaluation["untouched_pictures"], evaluation["choosing_pictures"]
    width, height = evaluation["size"]
    guidance = evaluation["settings"]
    return f"""# The embedded models, `tiny`

A diffusion model, a CLIP model and a depth model, small enough to be part of the package, so that
DiscoScript renders on any machine without a download. They know a painted toy world and nothing
else. `discoscript models` lists the full models.

This file is written by `python -m discoscript_training.card` from the figures in
`engine/discoscript_training/figures`.

## What they know

- time of day: {", ".join(TIMES)}
- land: {", ".join(TERRAINS)}
- one large thing: {", ".join(OBJECTS[1:])}
- colours: {", ".join(PALETTES)}
- manner: {", ".join(STYLES)}
- also sun and moon, clouds, mist, waves, birds, lightning

`vocabulary.txt` lists every word that was trained; a prompt's other words have no sure meaning.

## How they were made

Only from pictures painted by the program in `engine/discoscript_training`: no photograph, painting
or other model's output. {
        20 * SHARD_SIZE
    } pictures of 128x96 pixels; mirrored copies count as views.
`make train-tiny` makes everything again, or trains further: some hours on one or two CPU cores.

{
        table(
            ("file", "size", "parameters", "views"),
            [
                (
                    FILES[0],
                    size(FILES[0]),
                    f"{diffusion['parameters'] / 1e6:.1f} M",
                    f"{diffusion['views']} ({diffusion['views_at_half_size']} at half size)",
                ),
                (FILES[1], size(FILES[1]), "2.1 M", clip["views"]),
                (FILES[2], size(FILES[2]), "1.2 M", depth["views"]),
            ],
        )
    }

- **diffusion**: the ADM U-Net on 4x4 pixel blocks, predicting the clean picture, with the linear
  noise schedule of 1000 steps; sizes are multiples of 16, and it was trained at 128x96. Its first
  72,000 views were spent on predicting v, which left grain.
- **CLIP**: an open_clip model (`discoscript-tiny.json`) for 64x64 pictures with a convolutional
  tower; its tokenizer's merges (`merges.txt.gz`) make every known word one token. The last part of
  its training is on what the diffusion model makes of noised pictures, as guidance sees them.
- **depth**: a small U-shaped network; 0.5 is near, 2.6 is far.

## Figures, all on pictures never trained on

Diffusion, mean squared error of the picture, over 1-abar but at most 10-fold: {errors["all"]}
(little noise {errors["low"]}, middle {errors["middle"]}, much {errors["high"]}).

Accuracy. CLIP names the value whose phrases are nearest; the judge is a separate network, of other
architecture and trained on other pictures, that measures the pictures below.

{
        table(
            attributes,
            [
                attribute_row("CLIP, zero-shot", clip["zero_shot_accuracy"]),
                attribute_row("judge", judge["held_out_accuracy"]),
            ],
        )
    }

CLIP, nearest of 64 pictures to a caption: it fits the caption in
{clip["retrieval_caption_satisfied"]}, it is the very picture in {clip["retrieval_exact"]} of cases.

What the judge finds of what was asked, at {width}x{height} with {evaluation["steps"]} steps,
clip_guidance_scale {guidance["clip_guidance_scale"]:g} and clamp_max {guidance["clamp_max"]:g}
({evaluation["cpu_seconds_per_frame"]} CPU seconds a frame). The ten prompts of the first line,
{count} pictures, were never used to choose anything; the settings were chosen by eye and judge,
with earlier weights, on twelve of the thirty of the second line, and tried again on all thirty
({more} pictures, of other seeds). Guidance is by the CLIP above: where "guided" is beyond "painted
scenes", guidance exaggerates, and the pictures are not better than the painted ones. The judge is
lenient: it was never shown a bad picture, and names things that a person sees as a
smudge.

{hit_table(evaluation)}

[The pictures of the ten prompts](../../../../docs/images/untouched.jpg), eight seeds each;
[32 pictures without a prompt](../../../../docs/images/unguided.jpg). One who saw these for the
first time named what 26 of them show, ten without a doubt: castles, houses, trees, balloons.

[Two ways to a picture of 256x192](../../../../docs/images/larger.jpg): painted at 128x96 and
enlarged by Lanczos things stay whole; painted large they come in pieces and more than once. So
128x96 is the size where a script names none, and `output: upscale 2` is the way to a larger one.

{table(("prompt", "found"), prompts)}

Settings that were tried on the thirty prompts, two other seeds each. They differ by about as
much as chance alone would give, so the defaults stayed as they were:

{choice_table(figures["choices"])}

{coherence_text(figures["coherence"])}

Depth, mean absolute error of disparity (0 to 1): {depth_error["all"]}, where a fixed map of medians
has {baseline["all"]}; in the places that differ from that map, such as objects,
{depth_error["odd_places"]} against {baseline["odd_places"]}.

## Licence

MIT, as the rest of DiscoScript.
"""


def hit_table(evaluation: dict[str, Any]) -> str:
    """The share of what was asked that the judge finds, in all and by attribute."""
    rows = {
        "guided, untouched prompts": "untouched",
        "guided, prompts of the choice": "choosing",
        "without guidance": "unguided",
        "painted scenes": "painted",
    }
    heads = ("", "all", *MAIN_ATTRIBUTES)
    return table(heads, [(name, *evaluation[key]["rates"].values()) for name, key in rows.items()])


def choice_table(choices: dict[str, Any]) -> str:
    """What other settings would give on the prompts of the choice."""
    heads = ("setting", "all", *MAIN_ATTRIBUTES)
    return table(heads, [(name, *rates.values()) for name, rates in choices.items()])


def coherence_text(films: dict[str, Any]) -> str:
    """Whether films hold together, and their curves."""
    rows = [
        (
            name.replace("-held", ", color_match mean"),
            f"{film['colors'][-1]:.1f}",
            *(f"{film[key][0]:.0f} to {film[key][-1]:.0f}" for key in ("contrast", "saturation")),
            film["object_seen"],
            f"{film['near_pixels_a_frame']} and {film['far_pixels_a_frame']}",
        )
        for name, film in films.items()
    ]
    heads = (
        "48 frames",
        "colours move by",
        "contrast",
        "saturation",
        "object seen in",
        "pixels a frame, near and far",
    )
    curves = " ".join(f"![{name}](../../../../docs/images/coherence-{name}.png)" for name in films)
    return f"""Films: a 2D zoom and a 3D flight of 48 frames each, as they come and with
`coherence: color_match mean`, which holds the colours of the first frame. Colours, contrast and
saturation are measured in CIELAB, where 1 is about what an eye can tell. Near and far things move
by the shift at which they lie best on a later frame, over the whole film. Colours that are not
held drift with the guidance. Six flights were tried, with other seeds and partly other settings:
this one holds its colours best, one moved by 43; near things moved more than far ones in five of
them. Each frame is painted anew in part, and where a sky has no clouds nothing shows how it moves.

{table(heads, rows)}

![frames of the four films](../../../../docs/images/coherence.jpg)

{curves}"""


def main() -> None:
    figures = all_figures()
    print(hit_table(figures["evaluation"]))
    (WEIGHTS / "README.md").write_text(card(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
