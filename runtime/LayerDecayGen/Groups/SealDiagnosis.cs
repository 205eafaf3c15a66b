using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using LayerDecayGen.Layout;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Why a declaration does not fit a live model: finds the cause behind a missing parameter and says the remedy of that cause. Runs only
/// where something is wrong.
/// </summary>
internal sealed class SealDiagnosis(nn.Module model, string modelName, ModelWalk walk)
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Buffers that look like weights, listed once.</summary>
    public ImmutableArray<string> Warnings() => walk.WeightLikeBuffers.Count == 0
        ? []
        : [$"not trained because it is a buffer: {string.Join(", ", walk.WeightLikeBuffers.Select(b => $"'{b}'"))}. TorchSharp registers a Tensor field as a buffer; where it is meant as a weight, make the field a Parameter."];

    /// <summary>The model has no parameter that can be used.</summary>
    public string NoParameters()
    {
        if (Disposed("") is { } disposed)
            return $"{modelName} has no parameters: '{disposed}' was disposed. The model was disposed, or was made in a dispose scope that has ended.";
        var fields = FieldsOf(model).Select(f => Cause(model, f)).OfType<string>().ToList();
        if (fields.Count > 0) return $"{modelName} has no parameters: {string.Join("; ", fields)}.";
        return IsRegistered(model)
            ? $"{modelName} has no parameters: no module that it registered owns any."
            : $"{modelName} has no parameters: call RegisterComponents() at the end of its constructor.";
    }

    /// <summary>A parameter that no section covers.</summary>
    public string NoLayer(string name)
    {
        var member = name.Split('.')[0];
        return $"'{name}' is in no layer: give the member '{member}' of {modelName} [Layer(n)], [LayerStack], [PreviousLayer] or [LastLayer], or cover it by a path on the class.";
    }

    /// <summary>A section under whose path the model has no parameter.</summary>
    public string EmptySection(Section section)
    {
        var (holder, missing, at) = Descend(section.Path.Split('.'));
        return $"{section.Attribute} {section.Path}: no parameter of {modelName} is there; {CauseAt(holder, missing, at)}.";
    }

    private string CauseAt(nn.Module holder, string? missing, string at)
    {
        var place = at.Length == 0 ? modelName : $"'{at}'";
        if (Disposed(at) is { } disposed)
            return $"'{disposed}' was disposed: with its module, or with a dispose scope that has ended";
        if (missing is null)
            return walk.WeightLikeBuffers.FirstOrDefault(b => b.StartsWith(at + ".", StringComparison.Ordinal)) is { } buffer
                ? $"'{buffer}' is a buffer, because its field is a Tensor: make the field a Parameter"
                : $"{holder.GetType().Name} owns no parameters: remove the attribute";
        if (holder.named_buffers(recurse: false).Any(b => b.name == missing))
            return $"'{missing}' is a buffer, because its field is a Tensor: make the field a Parameter";
        var fields = FieldsOf(holder).Where(f => NameOf(f) == missing).ToList();
        if (fields.Count > 1)
            return $"{fields[0].DeclaringType!.Name} and {fields[1].DeclaringType!.Name} both have a field '{missing}', and TorchSharp registers the first alone: rename one of them";
        if (fields.Count == 1 && Cause(holder, fields[0]) is { } cause) return cause;
        return $"{place} registered nothing called '{missing}': {Registered(holder)}";
    }

    /// <summary>Why a field is not registered; null where the field says nothing.</summary>
    private static string? Cause(nn.Module holder, FieldInfo field)
    {
        var name = NameOf(field);
        var value = field.GetValue(holder);
        if (value is null)
            return IsComponent(field.FieldType)
                ? $"the field '{name}' is null: assign it in the constructor, or declare it nullable if it may stay null"
                : null;
        if (value is not nn.Module and not Parameter)
            return HoldsComponents(value)
                ? $"the field '{name}' is a {Readable(field.FieldType)}, which TorchSharp does not register: use a ModuleList, ModuleDict, ParameterList or ParameterDict"
                : null;
        return IsRegistered(holder)
            ? $"the field '{name}' was assigned after RegisterComponents() had run: call RegisterComponents() at the end of the constructor"
            : $"{holder.GetType().Name} never called RegisterComponents(): call it at the end of its constructor";
    }

    private static string Registered(nn.Module holder)
    {
        var names = holder.named_children().Select(c => c.name).Concat(holder.named_parameters(recurse: false).Select(p => p.name)).ToList();
        return names.Count == 0 ? "it registered nothing" : $"it registered {string.Join(", ", names.Take(8).Select(n => $"'{n}'"))}{(names.Count > 8 ? ", …" : "")}";
    }

    /// <summary>Follows a path as far as modules go; a hole stands for the first child.</summary>
    private (nn.Module Holder, string? Missing, string At) Descend(string[] segments)
    {
        var (holder, at) = (model, new List<string>());
        foreach (var segment in segments)
        {
            var isHole = segment.Contains('{', StringComparison.Ordinal);
            var children = holder.named_children().ToList();
            var child = isHole ? children.FirstOrDefault() : children.FirstOrDefault(c => c.name == segment);
            if (child.module is null) return (holder, isHole ? null : segment, string.Join('.', at));
            holder = child.module;
            at.Add(child.name);
        }

        return (holder, null, string.Join('.', at));
    }

    /// <summary>
    /// The first disposed parameter at or below a path. <c>named_parameters()</c> leaves such parameters out in silence.
    /// </summary>
    private string? Disposed(string path)
    {
        foreach (var (name, module) in model.named_modules().Prepend(("", model)))
            if (path.Length == 0 || NameList.IsAtOrBelow(path, name))
                foreach (var field in FieldsOf(module, withLibrary: true))
                    if (typeof(Parameter).IsAssignableFrom(field.FieldType) && field.GetValue(module) is Parameter { IsInvalid: true })
                        return string.Concat(name, name.Length == 0 ? "" : ".", field.Name.TrimStart('_'));
        return null;
    }

    private static bool IsRegistered(nn.Module module) =>
        module.named_children().Any() || module.named_parameters(recurse: false).Any() || module.named_buffers(recurse: false).Any();

    // The most derived type first, as RegisterComponents reads them.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Only the text of an error: a field that was trimmed is not explained.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Only the text of an error: a field that was trimmed is not explained.")]
    private static IEnumerable<FieldInfo> FieldsOf(nn.Module module, bool withLibrary = false)
    {
        for (var type = module.GetType(); type is not null && (withLibrary || type.Assembly != typeof(nn.Module).Assembly); type = type.BaseType)
            foreach (var field in type.GetFields(Fields))
                yield return field;
    }

    private static string NameOf(FieldInfo field) => field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;

    private static bool IsComponent(Type type) => typeof(nn.Module).IsAssignableFrom(type) || typeof(Tensor).IsAssignableFrom(type);

    private static bool HoldsComponents(object value) => value switch
    {
        System.Collections.IDictionary map => map.Values.OfType<object>().Any(v => v is nn.Module or Parameter),
        System.Collections.IEnumerable list and not string and not Tensor => list.OfType<object>().Any(v => v is nn.Module or Parameter),
        System.Runtime.CompilerServices.ITuple tuple => Enumerable.Range(0, tuple.Length).Any(i => tuple[i] is nn.Module or Parameter),
        _ => false,
    };

    private static string Readable(Type type)
    {
        if (type.IsArray) return "array";
        var arity = type.Name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? type.Name : type.Name[..arity];
    }
}
