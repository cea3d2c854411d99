"""The rows of the models that Disco Diffusion renders with: facts, as their publishers give them.

They are downloads of gigabytes, each known by its SHA-256. `model_table` puts them into the table.
Torch is not imported here.
"""

from collections.abc import Mapping
from itertools import accumulate

from discoscript_engine.job import StepRuns
from discoscript_engine.model_row import Layout, Model, ModelFile, Setting


def runs(*stretches: tuple[int | float, int]) -> StepRuns:
    """(value, number of steps), as the reference's `[12]*400+[4]*600` -> runs (end, value)."""
    ends = accumulate(steps for _, steps in stretches)
    return tuple((end, float(value)) for end, (value, _) in zip(ends, stretches, strict=True))


def _cutouts(
    overview: StepRuns, inner: StepRuns, ic_pow: StepRuns, icgray_p: StepRuns
) -> Mapping[str, Setting]:
    return {
        "cutouts.overview": overview,
        "cutouts.inner": inner,
        "cutouts.ic_pow": ic_pow,
        "cutouts.icgray_p": icgray_p,
    }


_IC_POW = runs((12, 500), (10, 500))

#: What CLIP looks at, for the pixel art and pulp models; their own steps, as published.
_PAD_OR_PULP = _cutouts(
    overview=runs((15, 200), (12, 200), (6, 100), (4, 100), (2, 200), (0, 200)),
    inner=runs((1, 200), (4, 200), (8, 200), (10, 400)),
    ic_pow=_IC_POW,
    icgray_p=runs(
        (0.87, 100), (0.78, 50), (0.73, 50), (0.64, 60), (0.56, 40), (0.5, 50), (0.33, 100),
        (0.19, 150), (0, 400),
    ),
)  # fmt: skip

#: The same for the watercolour models.
_WATERCOLOR = _cutouts(
    overview=runs((14, 200), (12, 200), (4, 400), (0, 200)),
    inner=runs((2, 200), (4, 200), (12, 600)),
    ic_pow=_IC_POW,
    icgray_p=runs((0.7, 100), (0.6, 100), (0.45, 100), (0.3, 100), (0, 600)),
)

#: The cut schedules that a script can choose by name. The empty one is the language's own.
PRESETS: Mapping[str, Mapping[str, Setting]] = {
    "default": {},
    "pad_or_pulp": _PAD_OR_PULP,
    "watercolor": _WATERCOLOR,
}

#: The model that has no weights but those of a file of one's own.
OWN = "custom"

_SIZE_256: Mapping[str, Setting] = {"scene.size": (512, 448)}

# Layouts of the diffusion networks, as `UNetConfig` takes them.
_ADM_512: Mapping[str, Layout] = {
    "channels": 256,
    "channel_mult": (0.5, 1, 1, 2, 2, 4, 4),
    "blocks": (2,) * 7,
    "attention_factors": (16, 32, 64),
    "head_channels": 64,
}
_ADM_256: Mapping[str, Layout] = {
    **_ADM_512,
    "channel_mult": (1, 1, 2, 2, 4, 4),
    "blocks": (2,) * 6,
    "attention_factors": (8, 16, 32),
}
_PORTRAIT: Mapping[str, Layout] = {
    "channels": 128,
    "channel_mult": (0.5, 1, 1, 2, 2, 4, 4),
    "blocks": (2,) * 7,
    "attention_factors": (16, 32, 64),
    "heads": 4,
}
_SMALL_256: Mapping[str, Layout] = {
    "channels": 128,
    "channel_mult": (1, 1, 2, 2, 4, 4),
    "blocks": (2,) * 6,
    "attention_factors": (16,),
    "heads": 1,
    "scale_shift": False,
    "resample_in_blocks": False,
}

_HUGGING_FACE = "https://huggingface.co/"
_OPEN_CLIP = "https://github.com/mlfoundations/open_clip/releases/download/v0.2-weights/"
_OPENAI = "https://openaipublic.azureedge.net/clip/models/"
_DPT = "https://github.com/intel-isl/DPT/releases/download/1_0/"
_MIDAS = "https://github.com/AlexeyAB/MiDaS/releases/download/midas_dpt/"


def _kali_yuga(name: str, file: str, sha256: str, defaults: Mapping[str, Setting]) -> Model:
    """One of KaliYuga's fine-tunes of the 256 px model; her repositories are named by file."""
    url = f"{_HUGGING_FACE}KaliYuga/{file.removesuffix('.pt')}/resolve/main/{file}"
    return Model(
        name,
        "diffusion",
        "a fine-tune of the 256 px model by KaliYuga",
        (ModelFile(file, sha256, (url,)),),
        defaults={**_SIZE_256, **defaults},
        configuration=_SMALL_256,
    )


def _openai_clip(name: str, architecture: str, sha256: str, file: str, size: int) -> Model:
    """One of OpenAI's CLIP models; they were trained with the quick form of GELU."""
    weights = ModelFile(file, sha256, (f"{_OPENAI}{sha256}/{file}",), size)
    layout: Mapping[str, Layout] = {"architecture": f"{architecture}-quickgelu", "tag": "openai"}
    return Model(name, "clip", "OpenAI's CLIP", (weights,), configuration=layout)


def _open_clip(architecture: str, tag: str, file: str, sha256: str) -> Model:
    """One of the OpenCLIP project's models, named `architecture/training data`."""
    weights = ModelFile(file, sha256, (_OPEN_CLIP + file,))
    layout: Mapping[str, Layout] = {"architecture": architecture, "tag": tag}
    return Model(f"{architecture}/{tag}", "clip", "OpenCLIP", (weights,), configuration=layout)


def _depth(name: str, doc: str, weights: ModelFile, side: int, resize: str) -> Model:
    """A network of relative depth; its input is scaled towards `side` pixels."""
    layout: Mapping[str, Layout] = {"side": side, "resize": resize}
    # A file without a digest is never loaded.
    built = bool(weights.sha256)
    return Model(name, "depth", doc, (weights,), configuration=layout, built=built)


DIFFUSION = (
    Model(
        "512x512_diffusion_uncond_finetune_008100",
        "diffusion",
        "the reference's own: a fine-tune of OpenAI's 512 px ImageNet model",
        (
            ModelFile(
                "512x512_diffusion_uncond_finetune_008100.pt",
                "9c111ab89e214862b76e1fa6a1b3f1d329b1a88281885943d2cdbe357ad57648",
                (
                    f"{_HUGGING_FACE}lowlevelware/512x512_diffusion_unconditional_ImageNet"
                    "/resolve/main/512x512_diffusion_uncond_finetune_008100.pt",
                    "https://the-eye.eu/public/AI/models/512x512_diffusion_unconditional_ImageNet"
                    "/512x512_diffusion_uncond_finetune_008100.pt",
                ),
            ),
        ),
        configuration=_ADM_512,
    ),
    Model(
        "256x256_diffusion_uncond",
        "diffusion",
        "OpenAI's 256 px ImageNet model",
        (
            ModelFile(
                "256x256_diffusion_uncond.pt",
                "a37c32fffd316cd494cf3f35b339936debdc1576dad13fe57c42399a5dbc78b1",
                (
                    "https://openaipublic.blob.core.windows.net/diffusion/jul-2021"
                    "/256x256_diffusion_uncond.pt",
                    "https://www.dropbox.com/s/9tqnqo930mpnpcn/256x256_diffusion_uncond.pt",
                ),
            ),
        ),
        defaults=_SIZE_256,
        configuration=_ADM_256,
    ),
    Model(
        "portrait_generator_v001",
        "diffusion",
        "portraits, by Felipe3DArtist",
        (
            ModelFile(
                "portrait_generator_v001_ema_0.9999_1MM.pt",
                "b7e8c747af880d4480b6707006f1ace000b058dd0eac5bb13558ba3752d9b5b9",
                (
                    f"{_HUGGING_FACE}felipe3dartist/portrait_generator_v001"
                    "/resolve/main/portrait_generator_v001_ema_0.9999_1MM.pt",
                ),
            ),
        ),
        configuration=_PORTRAIT,
    ),
    _kali_yuga(
        "pixelartdiffusion_expanded",
        "PADexpanded.pt",
        "a73b40556634034bf43b5a716b531b46fb1ab890634d854f5bcbbef56838739a",
        _PAD_OR_PULP,
    ),
    _kali_yuga(
        "pixel_art_diffusion_hard_256",
        "pixel_art_diffusion_hard_256.pt",
        "be4a9de943ec06eef32c65a1008c60ad017723a4d35dc13169c66bb322234161",
        _PAD_OR_PULP,
    ),
    _kali_yuga(
        "pixel_art_diffusion_soft_256",
        "pixel_art_diffusion_soft_256.pt",
        "d321590e46b679bf6def1f1914b47c89e762c76f19ab3e3392c8ca07c791039c",
        _PAD_OR_PULP,
    ),
    _kali_yuga(
        "pixelartdiffusion4k",
        "pixelartdiffusion4k.pt",
        "a1ba4f13f6dabb72b1064f15d8ae504d98d6192ad343572cc416deda7cccac30",
        _PAD_OR_PULP,
    ),
    _kali_yuga(
        "watercolordiffusion_2",
        "watercolordiffusion_2.pt",
        "49c281b6092c61c49b0f1f8da93af9b94be7e0c20c71e662e2aa26fee0e4b1a9",
        _WATERCOLOR,
    ),
    _kali_yuga(
        "watercolordiffusion",
        "watercolordiffusion.pt",
        "a3e6522f0c8f278f90788298d66383b11ac763dd5e0d62f8252c962c23950bd6",
        _WATERCOLOR,
    ),
    _kali_yuga(
        "PulpSciFiDiffusion",
        "PulpSciFiDiffusion.pt",
        "b79e62613b9f50b8a3173e5f61f0320c7dbb16efad42a92ec94d014f6e17337f",
        _PAD_OR_PULP,
    ),
    Model(
        OWN,
        "diffusion",
        "a checkpoint of your own, which scene.model_file names; laid out as the 256 px fine-tunes",
        (),
        defaults=_SIZE_256,
        configuration=_SMALL_256,
    ),
)

SECONDARY = (
    Model(
        "secondary",
        "secondary",
        "a small network that stands in for the diffusion model where guidance looks ahead",
        (
            ModelFile(
                "secondary_model_imagenet_2.pth",
                "983e3de6f95c88c81b2ca7ebb2c217933be1973b1ff058776b970f901584613a",
                (
                    f"{_HUGGING_FACE}spaces/huggi/secondary_model_imagenet_2.pth"
                    "/resolve/main/secondary_model_imagenet_2.pth",
                    "https://the-eye.eu/public/AI/models/v-diffusion/secondary_model_imagenet_2.pth",
                    "https://ipfs.pollinations.ai/ipfs"
                    "/bafybeibaawhhk7fhyhvmm7x24zwwkeuocuizbqbcg5nqx64jq42j75rdiy"
                    "/secondary_model_imagenet_2.pth",
                ),
            ),
        ),
    ),
)

CLIP = (
    _openai_clip(
        "ViTB32",
        "ViT-B-32",
        "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
        "ViT-B-32.pt",
        353976522,
    ),
    _openai_clip(
        "ViTB16",
        "ViT-B-16",
        "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
        "ViT-B-16.pt",
        350837078,
    ),
    _openai_clip(
        "ViTL14",
        "ViT-L-14",
        "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
        "ViT-L-14.pt",
        932768134,
    ),
    _openai_clip(
        "ViTL14_336px",
        "ViT-L-14-336",
        "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
        "ViT-L-14-336px.pt",
        934088680,
    ),
    _openai_clip(
        "RN50",
        "RN50",
        "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762",
        "RN50.pt",
        255827503,
    ),
    _openai_clip(
        "RN101",
        "RN101",
        "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599",
        "RN101.pt",
        291791292,
    ),
    _openai_clip(
        "RN50x4",
        "RN50x4",
        "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd",
        "RN50x4.pt",
        421854225,
    ),
    _openai_clip(
        "RN50x16",
        "RN50x16",
        "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa",
        "RN50x16.pt",
        661125706,
    ),
    _openai_clip(
        "RN50x64",
        "RN50x64",
        "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c",
        "RN50x64.pt",
        1353500174,
    ),
    *(
        _open_clip(architecture, tag, file, sha256)
        for file, sha256, tag, *architectures in (
            (
                "vit_b_32-laion2b_e16-af8dbd0c.pth",
                "af8dbd0c4bf1654db018a2a70fd839c3a6e79d2fdac33303f06d0d8aae16a65c",
                "laion2b_e16",
                "ViT-B-32",
            ),
            (
                "vit_b_32-quickgelu-laion400m_e31-d867053b.pt",
                "d867053b2301634007ed9af230bfb1a217ec634f6c0329f04092133ae5c4b89e",
                "laion400m_e31",
                "ViT-B-32",
                "ViT-B-32-quickgelu",
            ),
            (
                "vit_b_32-quickgelu-laion400m_e32-46683a32.pt",
                "46683a32721d5c68911153698992361285d20ca690bb4f317c11e45c03d798fa",
                "laion400m_e32",
                "ViT-B-32",
                "ViT-B-32-quickgelu",
            ),
            (
                "vit_b_16-laion400m_e31-00efa78f.pt",
                "00efa78fe761eb607926704cfee46a4305ce2bf63af6ab50f1eeba2ef71da988",
                "laion400m_e31",
                "ViT-B-16",
            ),
            (
                "vit_b_16-laion400m_e32-55e67d44.pt",
                "55e67d44b44d9e39aaf299a5c616aaf10a655879d6bd5854027b4a254aa2e7d5",
                "laion400m_e32",
                "ViT-B-16",
            ),
            (
                "rn50-quickgelu-yfcc15m-455df137.pt",
                "455df13750cec2d6bb5e578fa84fb59a63d40e9fdbae58e7e7155672e46dc578",
                "yfcc15m",
                "RN50",
                "RN50-quickgelu",
            ),
            (
                "rn50-quickgelu-cc12m-f000538c.pt",
                "f000538c6c3c33c07e4fad5619f1b3d4cd591864dd3143778896112d1bf4fa7d",
                "cc12m",
                "RN50",
                "RN50-quickgelu",
            ),
            (
                "rn101-quickgelu-yfcc15m-3e04b30e.pt",
                "3e04b30eb7070e69b78db2c33f12a48cfa1f697691ed198d61fb2abbb48db5a3",
                "yfcc15m",
                "RN101",
                "RN101-quickgelu",
            ),
        )
        for architecture in architectures
    ),
)

DEPTH = (
    _depth(
        "dpt_large",
        "MiDaS v3, the reference's own choice",
        ModelFile(
            "dpt_large-midas-2f21e586.pt",
            "2f21e586477d90cb9624c7eef5df7891edca49a1c4795ee2cb631fd4daa6ca69",
            (f"{_DPT}dpt_large-midas-2f21e586.pt",),
            1376378527,
        ),
        side=384,
        resize="minimal",
    ),
    _depth(
        "dpt_hybrid",
        "MiDaS v3, smaller and faster",
        ModelFile(
            "dpt_hybrid-midas-501f0c75.pt",
            "501f0c75b3bca7daec6b3682c5054c09b366765aef6fa3a09d03a5cb4b230853",
            (f"{_DPT}dpt_hybrid-midas-501f0c75.pt",),
        ),
        side=384,
        resize="minimal",
    ),
    _depth(
        "midas_v21",
        "MiDaS v2.1",
        ModelFile(
            "midas_v21-f6b98070.pt",
            "f6b980704cfd7259c7cc2b058c2f160159c55e84b3b6c08331b4156a84629f70",
            (f"{_MIDAS}midas_v21-f6b98070.pt",),
            422509849,
        ),
        side=384,
        resize="upper_bound",
    ),
    _depth(
        "midas_v21_small",
        "MiDaS v2.1 for small machines",
        ModelFile(
            "midas_v21_small-70d6b9c8.pt",
            "70d6b9c891758c67f974a6097fb0c608c7ee67fb81ac3e5588847d5596d56fca",
            (f"{_MIDAS}midas_v21_small-70d6b9c8.pt",),
            85761505,
        ),
        side=256,
        resize="upper_bound",
    ),
    _depth(
        "dpt_hybrid_nyu",
        "MiDaS v3 hybrid, fine-tuned on rooms",
        # Only the first eight digits of its digest are published: it cannot be fetched safely.
        ModelFile("dpt_hybrid_nyu-2ce69ec7.pt", "", (f"{_DPT}dpt_hybrid_nyu-2ce69ec7.pt",)),
        side=384,
        resize="minimal",
    ),
)

METRIC_DEPTH = (
    Model(
        "adabins_nyu",
        "metric depth",
        "AdaBins: its depth is mixed with a depth model's where depth.midas_weight is below 1",
        (
            ModelFile(
                "AdaBins_nyu.pt",
                "3c917d1b86d058918d4055e70b2cdb9696ec4967bb2d8f05c0051263c1ac9641",
                tuple(
                    f"https://{gateway}/ipfs"
                    "/Qmd2mMnDLWePKmgfS8m6ntAg4nhV5VkUyAydYBp8cWWeB7/AdaBins_nyu.pt"
                    for gateway in ("ipfs.io", "dweb.link", "cloudflare-ipfs.com")
                ),
                940558786,
            ),
        ),
    ),
)

FLOW = (
    Model(
        "raft",
        "flow",
        "RAFT, trained on FlyingThings: measures the motion in videos",
        (
            ModelFile(
                "raft-things.pth",
                "fcfa4125d6418f4de95d84aec20a3c5f4e205101715a79f193243c186ac9a7e1",
                ("https://github.com/sczhou/ProPainter/releases/download/v0.1.0/raft-things.pth",),
                21108000,
            ),
        ),
    ),
    Model(
        "dis",
        "flow",
        "OpenCV's dense inverse search: measures the motion in videos without a download",
        (),
        embedded=True,
        library="opencv-python-headless",
    ),
)

PERCEPTUAL = (
    Model(
        "lpips_vgg",
        "perceptual",
        "LPIPS: judges how far a frame has gone from the picture that it starts from",
        (
            ModelFile(
                "vgg16-397923af.pth",
                "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
                ("https://download.pytorch.org/models/vgg16-397923af.pth",),
                553433881,
            ),
            ModelFile(
                "lpips-vgg-v0.1.pth",
                "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
                (
                    "https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/master"
                    "/lpips/weights/v0.1/vgg.pth",
                ),
                7289,
            ),
        ),
    ),
)
