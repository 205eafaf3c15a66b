"""Rebuilds parameter groups from a JSON file for a PyTorch model and compares. Needs torch only.

    python3 compare_groups.py groups.json package.module:make_model [--prefix backbone.] [--style torch|timm]

make_model() returns the model. The exit code is 0 when everything agrees, 1 when something differs (each difference
is a line), 2 when an argument is bad or a file or module is missing. In training code:

    from compare_groups import param_groups
    optimizer = torch.optim.AdamW(param_groups(model, "groups.json"), lr=1e-3)

    scheduler = lambda_lr(optimizer, "groups.json")   # where the file has factors; step it after every optimizer step

Style torch gives every group its final lr; style timm gives the base lr and lr_scale, which timm's schedulers multiply.
Wrap the model (DistributedDataParallel, FSDP, DeepSpeed) after the groups are built, or use --prefix module.
"""
import argparse
import importlib
import json
import math
import sys

FORMAT = "layer-decay-groups/1"
ABOUT = ("name", "layer", "params")


class BadArgument(Exception):
    """What the caller gave cannot be used: exit code 2."""


def shown(name):
    """A name on one line, whatever characters it has."""
    return name if name.isprintable() else ascii(name)


def load(path):
    """The file's content. Raises ValueError when it is no file of groups."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"{path}: the format is not {FORMAT!r}")
    lacks = [key for key in ("base_lr", "groups", "shapes", "not_trained") if key not in data]
    if lacks:
        raise ValueError(f"{path} lacks {', '.join(lacks)}")
    return data


def differences(model, data, prefix=""):
    """Names and shapes that differ between a model and the file, one sentence each."""
    shapes = {prefix + name: shape for name, shape in data["shapes"].items()}
    not_trained = {prefix + name for name in data["not_trained"]}
    there = dict(model.named_parameters())
    found = []
    for name, shape in shapes.items():
        if name not in there:
            found.append(f"missing here: {shown(name)}")
        elif list(there[name].shape) != shape:
            found.append(f"shape of {shown(name)}: {list(there[name].shape)} here, {shape} in the file")
        elif not there[name].requires_grad:
            found.append(f"frozen here, trained in the file: {shown(name)}")
    for name, parameter in there.items():
        if name in not_trained and parameter.requires_grad:
            found.append(f"trained here, not in the file: {shown(name)}")
        elif name not in shapes and name not in not_trained:
            found.append(f"foreign: {shown(name)} is in no group of the file")
    trained = sum(1 for parameter in there.values() if parameter.requires_grad)
    if trained != len(shapes):
        found.append(f"count: {trained} parameters train here, {len(shapes)} in the file")
    return found


def param_groups(model, path, prefix="", style="torch"):
    """The groups for a torch optimizer. Raises ValueError with every difference in names and shapes."""
    data = load(path) if isinstance(path, str) else path
    found = differences(model, data, prefix)
    if found:
        raise ValueError("the model does not fit the groups:\n  " + "\n  ".join(found))
    there = dict(model.named_parameters())
    groups = []
    for group in data["groups"]:
        built = {key: value for key, value in group.items() if key not in ABOUT and value is not None}
        if style == "timm":
            built["lr"] = data["base_lr"]
        built["params"] = [there[prefix + name] for name in group["params"]]
        groups.append(built)
    return groups


def lambda_lr(optimizer, path):
    """The schedule of the file for the optimizer's groups, which are the file's, in its order. The last factor holds after the end."""
    import torch

    data = load(path) if isinstance(path, str) else path
    tables = data.get("factors")
    if not tables:
        raise ValueError("the file has no factors: export it with a schedule")
    if len(tables) == 1:
        tables = tables * len(optimizer.param_groups)
    if len(tables) != len(optimizer.param_groups):
        raise ValueError(f"the file has factors for {len(tables)} groups, the optimizer has {len(optimizer.param_groups)}")
    at = [lambda step, table=table: table[min(step, len(table) - 1)] for table in tables]
    return torch.optim.lr_scheduler.LambdaLR(optimizer, at)


def compare_optimizer(model, optimizer, data, prefix="", style="torch"):
    """What an optimizer really gives each parameter against the file."""
    found = []
    got = {}
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            scale = group.get("lr_scale", 1.0) if style == "timm" else 1.0
            if id(parameter) in got:
                found.append("a parameter is in two groups of the optimizer")
            got[id(parameter)] = (group["lr"] * scale, group.get("weight_decay"))
    there = dict(model.named_parameters())
    for group in data["groups"]:
        for name in group["params"]:
            lr, decay = got.pop(id(there[prefix + name]), (math.nan, math.nan))
            if not math.isclose(lr, group["lr"], rel_tol=1e-12, abs_tol=0.0):
                found.append(f"lr of {shown(prefix + name)}: {lr!r} here, {group['lr']!r} in the file")
            if group["weight_decay"] is not None and decay != group["weight_decay"]:
                found.append(f"weight decay of {shown(prefix + name)}: {decay!r} here, {group['weight_decay']!r} in the file")
    if got:
        found.append(f"count: the optimizer has {len(got)} parameters that the file has not")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", help="the JSON file")
    parser.add_argument("model", help="package.module:callable that returns the model")
    parser.add_argument("--prefix", default="", help="what stands before the file's names here, dot included")
    parser.add_argument("--style", choices=("torch", "timm"), default="torch")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.stderr.reconfigure(errors="backslashreplace")
    try:
        data, model = read_arguments(arguments.groups, arguments.model)
        import torch
    except (BadArgument, ImportError) as error:
        print(f"compare_groups.py: {error}", file=sys.stderr)
        return 2
    found = differences(model, data, arguments.prefix)
    if not found:
        groups = param_groups(model, data, arguments.prefix, arguments.style)
        optimizer = torch.optim.AdamW(groups, lr=data["base_lr"])
        found = compare_optimizer(model, optimizer, data, arguments.prefix, arguments.style)
    for line in found:
        print(line)
    if found:
        print(f"{len(found)} differences")
        return 1
    print(f"agree: {len(data['groups'])} groups, {len(data['shapes'])} parameters")
    return 0


def read_arguments(path, maker):
    """The file and the model, or BadArgument with the reason."""
    module, colon, attribute = maker.partition(":")
    if not colon:
        raise BadArgument("the model must be package.module:callable")
    try:
        data = load(path)
    except (OSError, ValueError, RecursionError) as error:
        raise BadArgument(f"{path} cannot be read: {error}") from error
    sys.path.insert(0, "")
    try:
        model = getattr(importlib.import_module(module), attribute)()
    except Exception as error:  # whatever the user's module raises
        raise BadArgument(f"{maker} gives no model: {type(error).__name__}: {error}") from error
    if not hasattr(model, "named_parameters"):
        raise BadArgument(f"{maker} returned a {type(model).__name__}, which has no named_parameters()")
    return data, model


if __name__ == "__main__":
    sys.exit(main())
