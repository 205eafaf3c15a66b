using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>A segment of registered names while the declaration is read: what attributes say here, in the order of the members.</summary>
internal sealed class NameNode(string segment, NameNode? parent)
{
    /// <summary>The segment of a child of a list.</summary>
    public const string Hole = "{}";

    private readonly List<NameNode> _children = [];
    private readonly List<(INamedTypeSymbol Class, NameNode Node)> _variants = [];
    private Dictionary<string, NameNode>? _bySegment;

    /// <summary>A literal, or a template with <c>{}</c> for the hole.</summary>
    public string Segment { get; } = segment;

    public NameNode? Parent { get; } = parent;

    /// <summary>The name for properties: the member's in source where that differs from the registered one.</summary>
    public string Display { get; set; } = segment;

    /// <summary>A second registered name; null usually.</summary>
    public string? Alias { get; set; }

    public Member? Member { get; set; }

    /// <summary>The type really held, as far as known: the declared one, or the one assigned where the declared says nothing.</summary>
    public ITypeSymbol? Type { get; set; }

    /// <summary>Whether the hole takes names as well as indices.</summary>
    public bool Named { get; set; }

    /// <summary>Whether an attribute here was refused; one message is enough.</summary>
    public bool HasError { get; set; }

    public bool IsTemplate => Segment.IndexOf('{') >= 0;

    public Annotation? Layer { get; set; }

    public Facets Facets { get; set; } = Facets.None;

    public bool Optional { get; set; }

    /// <summary>Every attribute that says something here.</summary>
    public List<Annotation> Annotations { get; } = [];

    /// <summary>The position of the member in its class, by which children are ordered.</summary>
    public int Ordinal { get; set; } = int.MaxValue;

    /// <summary>
    /// Where the node's layer opens among all others: the place of its member in the text, or that of an earlier path of the same class.
    /// </summary>
    public (int Position, int After) Key { get; set; }

    public IReadOnlyList<NameNode> Children => _children;

    /// <summary>What is said instead where the module here is of a certain class.</summary>
    public IReadOnlyList<(INamedTypeSymbol Class, NameNode Node)> Variants => _variants;

    public NameNode Child(string name)
    {
        if (Find(name) is { } known) return known;
        var added = new NameNode(name, this);
        Add(added);
        return added;
    }

    public NameNode? Find(string name)
    {
        if (_bySegment is not null) return _bySegment.TryGetValue(name, out var found) ? found : null;
        foreach (var child in _children)
            if (child.Segment == name)
                return child;
        return null;
    }

    /// <summary>What holders have said so far, to which one class of module adds its own.</summary>
    public NameNode Variant(INamedTypeSymbol type)
    {
        var variant = CopyInto(Parent);
        variant.Type = type;
        _variants.Add((type, variant));
        return variant;
    }

    /// <summary>Notes the member that the node is.</summary>
    public void Describe(Member member, int ordinal, MemberReader reader)
    {
        Member = member;
        Type = reader.HeldBy(member);
        Display = member.Name;
        Alias = member.Alias;
        Ordinal = ordinal;
        Optional |= reader.MayBeNull(member);
    }

    /// <summary>Whether a stack starts here or below.</summary>
    public bool HoldsStack => Any(static node => node.Layer?.Kind == AnnotationKind.Stack);

    /// <summary>Whether any attribute puts this or something below into a layer.</summary>
    public bool HoldsLayer => Any(static node => node.Layer is not null);

    /// <summary>The nodes below, those of all classes that the module here may be of among them.</summary>
    public IEnumerable<NameNode> Below()
    {
        foreach (var child in _children) yield return child;
        foreach (var (_, variant) in _variants)
            foreach (var child in variant.Below()) yield return child;
    }

    /// <summary>Puts children into the order of the members, since paths may have named them out of order, and numbers all nodes.</summary>
    public void Sort(ref int position)
    {
        Key = (position++, 0);
        for (var i = 1; i < _children.Count; i++)
            if (_children[i - 1].Ordinal > _children[i].Ordinal)
            {
                var sorted = new SortedDictionary<(int Ordinal, int Place), NameNode>();
                for (var j = 0; j < _children.Count; j++) sorted.Add((_children[j].Ordinal, j), _children[j]);
                _children.Clear();
                _children.AddRange(sorted.Values);
                break;
            }

        foreach (var child in _children) child.Sort(ref position);
        foreach (var (_, variant) in _variants) variant.Sort(ref position);
    }

    private bool Any(Func<NameNode, bool> test)
    {
        if (test(this)) return true;
        foreach (var child in _children)
            if (child.Any(test))
                return true;
        foreach (var (_, variant) in _variants)
            if (variant.Any(test))
                return true;
        return false;
    }

    private void Add(NameNode child)
    {
        _children.Add(child);
        if (_bySegment is not null) _bySegment[child.Segment] = child;
        else if (_children.Count > 8)
        {
            _bySegment = new Dictionary<string, NameNode>(StringComparer.Ordinal);
            foreach (var known in _children) _bySegment[known.Segment] = known;
        }
    }

    private NameNode CopyInto(NameNode? holder)
    {
        var copy = new NameNode(Segment, holder)
        {
            Display = Display,
            Alias = Alias,
            Member = Member,
            Type = Type,
            Named = Named,
            HasError = HasError,
            Layer = Layer,
            Facets = Facets,
            Optional = Optional,
            Ordinal = Ordinal,
        };
        copy.Annotations.AddRange(Annotations);
        foreach (var child in _children) copy.Add(child.CopyInto(copy));
        return copy;
    }
}
