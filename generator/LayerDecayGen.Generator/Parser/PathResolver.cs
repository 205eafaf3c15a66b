using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Walks the dotted path of an attribute hop by hop, checked against symbols as far as declared types reach.</summary>
internal sealed class PathResolver(Reporter reporter, CancellationToken cancellation)
{
    /// <summary>Moves node and type to the end of the path; false where a hop is wrong, which is reported.</summary>
    public bool TryResolve(Annotation annotation, string path, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        foreach (var hop in path.Split('.'))
        {
            var segment = Normalise(hop);
            if (MemberReader.IsUserModule(type))
            {
                if (!TryMember(annotation, segment, model, ref node, ref type)) return false;
                continue;
            }

            node = node.Child(segment);
            var element = default(ITypeSymbol);
            if (segment.Length > 0 && (segment == NameNode.Hole || char.IsDigit(segment[0]))) TorchTypes.IsContainer(type, out element);
            type = element;
        }

        return true;
    }

    private bool TryMember(Annotation annotation, string segment, INamedTypeSymbol model, ref NameNode node, ref ITypeSymbol? type)
    {
        var holder = (INamedTypeSymbol)type!;
        var members = MemberReader.Read(holder, cancellation);
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            if (member.Registered != segment && member.Alias != segment && member.Name != segment) continue;
            node = node.Child(member.Registered);
            node.Display = member.Name;
            node.Ordinal = Math.Min(node.Ordinal, i);
            node.Optional |= member.MayBeNull;
            type = member.Type;
            return true;
        }

        if (IsRegisteredByName(holder, segment))
        {
            node = node.Child(segment);
            type = null;
            return true;
        }

        var nearest = Names.Nearest(segment, NamesOf(members));
        reporter.Report(ParameterRules.NoSuchName, annotation.Location, annotation.Text, model.Name, holder.Name, segment.Replace("{}", "{i}"),
            nearest is null ? "" : "; did you mean '" + nearest + "'?");
        return false;
    }

    private bool IsRegisteredByName(INamedTypeSymbol type, string segment)
    {
        for (var level = type; level is not null && MemberReader.IsUserModule(level); level = level.BaseType)
        {
            if (level.DeclaringSyntaxReferences.IsEmpty) return true;
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
