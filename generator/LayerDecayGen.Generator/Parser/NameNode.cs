using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>A segment of registered names while the declaration is read: what attributes say here, in the order of the members.</summary>
internal sealed class NameNode(string segment, NameNode? parent)
{
    /// <summary>The segment of a child of a list.</summary>
    public const string Hole = "{}";

    private List<NameNode>? _children;

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
    public bool IsDisputed { get; set; }

    public bool IsTemplate => Segment.IndexOf('{') >= 0;

    public Annotation? Layer { get; set; }

    public bool NoWeightDecay { get; set; }

    public bool Frozen { get; set; }

    public double LearningRateScale { get; set; } = 1;

    public double WeightDecay { get; set; } = double.NaN;

    public bool Optional { get; set; }

    /// <summary>The position of the member in its class, by which children are ordered.</summary>
    public int Ordinal { get; set; } = int.MaxValue;

    public IReadOnlyList<NameNode> Children => (IReadOnlyList<NameNode>?)_children ?? [];

    public NameNode Child(string name)
    {
        if (_children is not null)
            foreach (var child in _children)
                if (child.Segment == name)
                    return child;
        var added = new NameNode(name, this);
        (_children ??= []).Add(added);
        return added;
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
    public bool HoldsStack
    {
        get
        {
            if (Layer?.Kind == AnnotationKind.Stack) return true;
            foreach (var child in Children)
                if (child.HoldsStack)
                    return true;
            return false;
        }
    }

    /// <summary>Whether any attribute puts this or something below into a layer.</summary>
    public bool HoldsLayer
    {
        get
        {
            if (Layer is not null) return true;
            foreach (var child in Children)
                if (child.HoldsLayer)
                    return true;
            return false;
        }
    }

    /// <summary>Puts children into declaration order; paths may have named them out of order.</summary>
    public void Sort()
    {
        // Insertion sort: stable, and the list is nearly sorted.
        for (var i = 1; i < Children.Count; i++)
            for (var j = i; j > 0 && _children![j - 1].Ordinal > _children[j].Ordinal; j--)
                (_children[j - 1], _children[j]) = (_children[j], _children[j - 1]);
        foreach (var child in Children) child.Sort();
    }
}
