using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>Walks the dotted path of an attribute hop by hop, checked against symbols as far as types reach.</summary>
internal sealed class PathResolver(MemberReader reader, Reporter reporter)
{
    // Each hop is a level of the generated matcher and of what compiles it; real models end before twenty.
    private const int MostHops = 64;

    /// <summary>Moves node and type to the end of the path; false where a hop is wrong, which is reported.</summary>
    public bool TryResolve(Annotation annotation, string path, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        var hops = path.Split('.');
        if (hops.Length > MostHops)
        {
            reporter.Report(ParameterDiagnostics.PathTooLong, annotation.Location, annotation.Kind, model.Name, hops.Length, MostHops);
            return false;
        }

        foreach (var hop in hops)
        {
            var segment = Normalise(hop);
            if (segment.Length == 0)
            {
                reporter.Report(ParameterDiagnostics.NoSuchName, annotation.Location, annotation.Text, model.Name, type?.Name ?? model.Name, hop, "");
                return false;
            }

            if (!TryHop(annotation, segment, model, ref node, ref type)) return false;
            node.Type = type;
        }

        return true;
    }

    private bool TryHop(Annotation annotation, string segment, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        if (TorchTypes.IsContainer(type, out var element))
        {
            var named = TorchTypes.HasNamedChildren(type);
            node = node.Child(segment);
            node.Named |= named;
            type = element;
            return true;
        }

        return type is INamedTypeSymbol holder && TorchTypes.IsUserModule(type)
            ? TryMember(annotation, holder, segment, model, ref node, ref type)
            : TryNative(annotation, segment, model, ref node, ref type);
    }

    private bool TryMember(Annotation annotation, INamedTypeSymbol holder, string segment, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        var members = reader.Read(holder);
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            if (member.Registered != segment && member.Alias != segment && member.Name != segment) continue;
            node = node.Child(member.Registered);
            node.Describe(member, i, reader);
            type = node.Type;
            return true;
        }

        if (IsRegisteredByName(holder, segment))
        {
            node = node.Child(segment);
            type = null;
            return true;
        }

        Misses(annotation, holder, segment, model, members.ConvertAll(static member => member.Registered));
        return false;
    }

    private bool TryNative(Annotation annotation, string segment, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol named && TorchTypes.IsBuiltIn(named) && !BuiltIns.Registers(named.Name, segment))
        {
            Misses(annotation, named, segment, model, BuiltIns.NamesOf(named.Name));
            return false;
        }

        node = node.Child(segment);
        type = null;
        return true;
    }

    private void Misses(Annotation annotation, INamedTypeSymbol holder, string segment, INamedTypeSymbol model, IEnumerable<string> names)
    {
        var nearest = NearestName.Of(segment, names);
        reporter.Report(
            ParameterDiagnostics.NoSuchName,
            annotation.Location,
            annotation.Text,
            model.Name,
            holder.Name,
            segment.Replace(NameNode.Hole, "{i}"),
            nearest is null ? "" : "; did you mean '" + nearest + "'?");
    }

    // A class of another assembly may register names that its symbols do not show.
    private bool IsRegisteredByName(INamedTypeSymbol type, string segment)
    {
        for (var level = type; level is not null && TorchTypes.IsUserModule(level); level = level.BaseType)
        {
            if (level.DeclaringSyntaxReferences.IsEmpty) return MetadataMembers.IsStripped(level.ContainingAssembly);
            if (reader.Bodies.Of(level).Registered is { } found && (found.HasUnknown || found.Covers(segment))) return true;
        }

        return false;
    }

    // "{i}", "{s}" and "{}" are the same hole.
    private static string Normalise(string hop)
    {
        var open = hop.IndexOf('{');
        var close = hop.IndexOf('}', Math.Max(open, 0));
        return open < 0 || close < 0 ? hop : hop.Substring(0, open) + NameNode.Hole + hop.Substring(close + 1);
    }
}
