"""Inputs on the device: normalisation and augmentation."""

import torch

from hashcenters.training.transforms import flip_crop, to_inputs


def test_grey_inputs_span_minus_one_to_one():
    batch = torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 1, 2)
    assert to_inputs(batch).flatten().tolist() == [-1, 1]


def test_colour_inputs_are_normalised_a_channel():
    batch = torch.full((1, 3, 2, 2), 255, dtype=torch.uint8)
    expected = torch.tensor([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    assert torch.allclose(to_inputs(batch)[0, :, 0, 0], expected)


def test_clips_are_normalised_too():
    assert to_inputs(torch.zeros(2, 3, 4, 5, 5, dtype=torch.uint8)).shape == (2, 3, 4, 5, 5)


def test_flip_crop_shows_windows_of_the_padded_image_or_of_its_mirror():
    batch = torch.arange(2 * 3 * 8 * 16, dtype=torch.int64).remainder(251).to(torch.uint8).view(2, 3, 8, 16)
    before = batch.clone()
    for seed in range(20):
        result = flip_crop(batch, torch.Generator().manual_seed(seed))
        padded = torch.nn.functional.pad(batch.float(), (2, 2, 1, 1), mode="reflect").to(torch.uint8)
        for image, source in zip(result, padded, strict=True):
            windows = [source[:, top : top + 8, left : left + 16] for top in range(3) for left in range(5)]
            assert any(torch.equal(image, seen) or torch.equal(image, seen.flip(2)) for seen in windows)
    assert torch.equal(batch, before)


def test_flip_crop_differs_between_images_and_repeats_with_the_seed():
    batch = torch.randint(0, 255, (1, 1, 16, 16), dtype=torch.uint8).expand(64, 1, 16, 16)
    first, again = (flip_crop(batch, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert len({image.numpy().tobytes() for image in first}) > 5
