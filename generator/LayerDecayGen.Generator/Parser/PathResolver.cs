using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Walks the dotted path of an attribute hop by hop, checked against symbols as far as types reach.</summary>
internal sealed class PathResolver(MemberReader reader, Reporter reporter, CancellationToken cancellation)
{
    /// <summary>Moves node and type to the end of the path; false where a hop is wrong, which is reported.</summary>
    public bool TryResolve(Annotation annotation, string path, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        foreach (var hop in path.Split('.'))
        {
            var segment = Normalise(hop);
            if (segment.Length == 0)
            {
                reporter.Report(ParameterRules.NoSuchName, annotation.Location, annotation.Text, model.Name, type?.Name ?? model.Name, hop, "");
                return false;
            }

            var next = type;
            if (TryContainer(segment, node, ref next)) node = node.Child(segment);
            else if (type is INamedTypeSymbol named && MemberReader.IsUserModule(type)) { if (!TryMember(annotation, named, segment, model, ref node, ref next)) return false; }
            else if (!TryNative(annotation, segment, model, ref node, ref next)) return false;
            node.Type = type = next;
        }

        return true;
    }

    private static bool TryContainer(string segment, NameNode node, ref ITypeSymbol? type)
    {
        if (!TorchTypes.IsContainer(type, out var element)) return false;
        var child = node.Child(segment);
        child.Named |= TorchTypes.HasNamedChildren(type);
        type = element;
        return true;
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

        Misses(annotation, holder, segment, model, NamesOf(members));
        return false;
    }

    private bool TryNative(Annotation annotation, string segment, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol named && TorchTypes.IsBuiltIn(named) && !NativeNames.Has(named, segment))
        {
            Misses(annotation, named, segment, model, NativeNames.Of(named));
            return false;
        }

        node = node.Child(segment);
        type = null;
        return true;
    }

    private void Misses(Annotation annotation, INamedTypeSymbol holder, string segment, INamedTypeSymbol model, IEnumerable<string> names)
    {
        var nearest = Names.Nearest(segment, names);
        reporter.Report(
            ParameterRules.NoSuchName,
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
        for (var level = type; level is not null && MemberReader.IsUserModule(level); level = BaseClass.Of(level))
        {
            if (level.DeclaringSyntaxReferences.IsEmpty) return MetadataMembers.IsStripped(level.ContainingAssembly);
            if (Registrations.Of(level, cancellation) is { } found && (found.HasUnknown || found.Covers(segment))) return true;
        }

        return false;
    }

    private static IEnumerable<string> NamesOf(List<Member> members)
    {
        foreach (var member in members) yield return member.Registered;
    }

    // "{i}", "{s}" and "{}" are the same hole.
    private static string Normalise(string hop)
    {
        var open = hop.IndexOf('{');
        var close = hop.IndexOf('}', Math.Max(open, 0));
        return open < 0 || close < 0 ? hop : hop.Substring(0, open) + NameNode.Hole + hop.Substring(close + 1);
    }
}
